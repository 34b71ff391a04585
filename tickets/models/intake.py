"""What is asked about a problem of each category, what was answered, and how each log is fetched. Rows that staff edit."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import in_reader_language
from accounts.choices import Platform
from accounts.models import SdkProduct, User
from tickets.choices import KIND_OF_FACT, AnswerGroup, KnownFact, QuestionKind, TextPattern
from tickets.models.ticket import Category, Ticket
from tickets.questions import Rule

KEY_LENGTH = 128  # characters


class Question(models.Model):
    """One thing that may be asked. Its answer is a row, or, where it names a `fact`, a column of the environment.

    `least` and `most` bound the value of a number, the characters of a text.
    """

    code = models.SlugField(_("code"), unique=True, help_text=_("Stays the same when the words change."))
    kind = models.CharField(_("type of answer"), max_length=12, choices=QuestionKind.choices)
    label_en = models.CharField(_("question in English"), max_length=160)
    label_zh = models.CharField(_("question in Chinese"), max_length=160)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    help_zh = models.CharField(_("help in Chinese"), max_length=300, blank=True)
    group = models.CharField(_("shown under"), max_length=12, choices=AnswerGroup.choices, default=AnswerGroup.PROBLEM)
    fact = models.CharField(
        _("kept as"), max_length=12, choices=KnownFact.choices, blank=True,
        help_text=_("Set for what every ticket has a place of its own for; empty for everything else."),
    )  # fmt: skip
    pattern = models.CharField(
        _("what the text looks like"), max_length=12, choices=TextPattern.choices, default=TextPattern.ANY
    )
    least = models.DecimalField(
        _("at least"), max_digits=14, decimal_places=3, null=True, blank=True,
        help_text=_("Of a number its value, of a text its characters."),
    )  # fmt: skip
    most = models.DecimalField(_("at most"), max_digits=14, decimal_places=3, null=True, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=20, blank=True)
    unit_zh = models.CharField(_("unit in Chinese"), max_length=20, blank=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = (
            models.UniqueConstraint(fields=("fact",), condition=~Q(fact=""), name="question_fact_once"),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.CheckConstraint(
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(least__lte=F("most")), name="question_bounds"
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_reader_language(self, "label")

    @property
    def help(self) -> str:
        return in_reader_language(self, "help")

    @property
    def unit(self) -> str:
        return in_reader_language(self, "unit")

    def clean(self) -> None:
        """What the admin says of a question that contradicts itself."""
        wrong: dict[str, str] = {}
        if self.fact and self.kind != KIND_OF_FACT[self.fact]:
            kind = QuestionKind(KIND_OF_FACT[self.fact]).label
            wrong["kind"] = gettext("What is kept there is of the type “%(kind)s”.") % {"kind": kind}
        if self.least is not None and self.most is not None and self.least > self.most:
            wrong["most"] = gettext("This is less than the least.")
        bounded = (QuestionKind.NUMBER, QuestionKind.TEXT, QuestionKind.LONG_TEXT)
        if self.kind not in bounded and (self.least is not None or self.most is not None):
            wrong["least"] = gettext("Only numbers and texts have a least and a most.")
        if self.kind != QuestionKind.TEXT and self.pattern != TextPattern.ANY:
            wrong["pattern"] = gettext("Only a line of text can be told what it looks like.")
        if self.kind != QuestionKind.NUMBER and (self.unit_en or self.unit_zh):
            wrong["unit_en"] = gettext("Only numbers have a unit.")
        if wrong:
            raise ValidationError(wrong)


class QuestionChoice(models.Model):
    """One of the answers that a choice question offers."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    code = models.SlugField(_("code"))
    label_en = models.CharField(_("answer in English"), max_length=120)
    label_zh = models.CharField(_("answer in Chinese"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("answer to choose")
        verbose_name_plural = _("answers to choose from")
        constraints = (models.UniqueConstraint(fields=("question", "code"), name="question_choice_once"),)

    def __str__(self) -> str:
        return f"{self.question.label}: {self.label}"

    @property
    def label(self) -> str:
        return in_reader_language(self, "label")


class CategoryQuestion(models.Model):
    """That a category asks a question: where in the order, whether an answer is needed, and when it is asked at all."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="questions")
    question = models.ForeignKey(
        Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="asked_in"
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    is_required = models.BooleanField(_("needed"), default=False, help_text=_("A P0 can always do without."))
    only_if = models.ForeignKey(
        QuestionChoice, verbose_name=_("only if the answer is"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    only_on = models.CharField(_("only on"), max_length=20, choices=Platform.choices, blank=True)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("question of the category")
        verbose_name_plural = _("questions of the category")
        constraints = (models.UniqueConstraint(fields=("category", "question"), name="category_question_once"),)

    def __str__(self) -> str:
        return self.question.label

    @property
    def rule(self) -> Rule:
        """When it is asked and needed; reads question and condition."""
        needs = (self.only_if.question.code, self.only_if.code) if self.only_if else None
        return Rule(self.question.code, is_required=self.is_required, needs=needs, only_on=self.only_on)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> AnswerQuerySet:
        """The answers on tickets that the person sees."""
        tickets = Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))
        return self.filter(Exists(tickets))


class Answer(models.Model):
    """What was answered last; the events keep what stood before. One column a type, each under an index.

    `key` is the comparable form of a line of text: a version's sort key, else the text in lower case. Instants in UTC,
    `zone` the IANA zone in which they were given. `is_unknown`: the person said that they do not know; it is not asked again.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    choice = models.ForeignKey(QuestionChoice, null=True, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    is_unknown = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = (models.UniqueConstraint(fields=("ticket", "question"), name="answer_once"),)
        indexes = (
            models.Index(fields=("choice", "ticket"), name="answer_choice", condition=Q(choice__isnull=False)),
            models.Index(fields=("question", "key"), name="answer_key", condition=~Q(key="")),
            models.Index(fields=("question", "number"), name="answer_number", condition=Q(number__isnull=False)),
            models.Index(
                fields=("question", "starts_at"), name="answer_starts_at", condition=Q(starts_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.question_id}"

    @property
    def plain_number(self) -> str:
        """The number without the zeros that its column adds."""
        if self.number is None:
            return ""
        whole = self.number == self.number.to_integral_value()
        return format(self.number.quantize(Decimal(1)) if whole else self.number.normalize(), "f")


class LogGuide(models.Model):
    """How to fetch the log on one platform: shown beside the file field. Without a product it stands for every SDK."""

    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    product = models.ForeignKey(
        SdkProduct, verbose_name=_("SDK product"), null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text=_("Empty: for every SDK that has no card of its own."),
    )  # fmt: skip
    path = models.CharField(_("where the file is"), max_length=255, blank=True)
    command = models.TextField(_("command that fetches it"), blank=True)
    how_en = models.TextField(_("how to turn it on, in English"))
    how_zh = models.TextField(_("how to turn it on, in Chinese"))

    class Meta:
        ordering = ("platform", "product", "pk")
        verbose_name = _("log guide")
        verbose_name_plural = _("log guides")
        constraints = (
            models.UniqueConstraint(fields=("platform", "product"), name="log_guide_once"),
            models.UniqueConstraint(fields=("platform",), name="log_guide_general", condition=Q(product=None)),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.product or ''}".strip()

    @property
    def how(self) -> str:
        return in_reader_language(self, "how")
