"""What engineers type at the desk: shape and wording only, no action is called here."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.choices import Platform, Tier
from accounts.models import SupportPlan, User
from accounts.numbers import whole_number
from accounts.versions import version_range
from sla.choices import Severity
from tickets.forms.conversation import BODY_MAX_CHARACTERS, REASON_MAX_CHARACTERS
from tickets.forms.fields import TextField, one_line
from tickets.models import Category, Message, QuestionChoice, Ticket

MOST_SUGGESTIONS = 10
MOST_ANSWERS = 5  # that the queue is filtered by at once
MOST_QUESTIONS = 10  # to the customer in one letter
QUESTION_MAX_CHARACTERS = 500
_BULLET = re.compile(r"^(?:[•·]\s*|[-*]\s+|\d{1,2}(?:[.)]\s+|[、．]\s*))(?=\S)")
LAST_PAGE = 40  # a queue is worked from its top; whoever looks further back narrows it down


def _severities() -> list[tuple[str, str]]:
    """Asked for by each form anew, so that it is in the language of its reader."""
    return [(each.value, f"{each.code} {each.label}") for each in Severity]


class QueueView(TextChoices):
    """The tabs over the queue."""

    OPEN = "open", pgettext_lazy("queue", "All open")
    MINE = "mine", pgettext_lazy("queue", "Mine")
    TIER = "tier", pgettext_lazy("queue", "My tier")
    UNASSIGNED = "unassigned", pgettext_lazy("queue", "Unassigned")
    AT_RISK = "at_risk", pgettext_lazy("queue", "At risk")
    BREACHED = "breached", pgettext_lazy("queue", "Overdue")
    WAITING = "waiting", pgettext_lazy("queue", "Waiting on customer")
    RESOLVED = "resolved", pgettext_lazy("queue", "Resolved")
    ALL = "all", pgettext_lazy("queue", "Every ticket")


class AnswersField(forms.MultipleChoiceField):
    """Several selects of one name; those left empty say nothing."""

    def to_python(self, value: Any) -> list[str]:
        return [each for each in super().to_python(value) if each]


class QueueForm(forms.Form):
    """The queue's filters, all optional. What is not understood is ignored: `accepted()` never fails."""

    view = forms.ChoiceField(choices=QueueView.choices, required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Number, subject or answer"), required=False, max_length=100)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=SupportPlan.objects.none(), required=False)
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=120)
    platform = forms.ChoiceField(label=_("Platform"), required=False)
    sdk = forms.CharField(label=_("SDK version, such as 4.2.x"), required=False, max_length=40)
    answer = AnswersField(label=_("Answer"), required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        severities = _severities()
        self.fields["severity"].choices = [("", _("Any severity")), *severities]
        self.fields["tier"].choices = [("", _("Any tier")), *Tier.choices]
        self.fields["category"].queryset = Category.objects.all()
        self.fields["category"].empty_label = _("Any category")
        self.fields["plan"].queryset = SupportPlan.objects.all()
        self.fields["plan"].empty_label = _("Any plan")
        self.fields["platform"].choices = [("", _("Any platform")), *Platform.choices]
        self.answers = answer_choices(self.data.get("category", ""))
        self.fields["answer"].choices = self.answers

    def clean_sdk(self) -> tuple[str, str] | None:
        """The range of version keys that is meant."""
        return version_range(self.cleaned_data["sdk"])

    def clean_answer(self) -> list[int]:
        return [int(pk) for pk in dict.fromkeys(self.cleaned_data["answer"])][:MOST_ANSWERS]

    @property
    def is_narrowed(self) -> bool:
        """Is the queue filtered by what tickets were told?"""
        return not {"platform", "sdk", "answer"}.isdisjoint(self.accepted())

    def answer_selects(self) -> list[str]:
        """What each of the selects shows: the answers that are filtered by, and an empty one for one more."""
        self.is_valid()
        chosen = [str(pk) for pk in self.cleaned_data.get("answer", [])]
        return [*chosen, ""][:MOST_ANSWERS]

    def accepted(self) -> dict[str, Any]:
        """The fields that were understood, empty ones left out; `view` and `page` always there."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {"view": QueueView.OPEN.value, "page": 1} | given


def answer_choices(category: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The answers that can be filtered by, under their questions: those of the category, or of all (1 query)."""
    found = QuestionChoice.objects.select_related("question").order_by("question__code", "position", "pk")
    if (wanted := whole_number(category, digits=9)) is not None:
        found = found.filter(question__asked_in__category=wanted)
    grouped: dict[str, list[tuple[str, str]]] = {}
    for choice in found:
        grouped.setdefault(choice.question.label, []).append((str(choice.pk), choice.label))
    return sorted(grouped.items())


class Kind(TextChoices):
    """What the composer's paper says; the button that is pressed must agree."""

    PUBLIC = "public", _("Public reply")
    INTERNAL = "internal", _("Internal note")
    RESOLVE = "resolve", _("Resolve")


class SeenForm(forms.Form):
    """What every letter of the desk carries: the key that makes a double click one, and what its writer had seen."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ticket = ticket

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def clean_submission_key(self) -> uuid.UUID:
        key = self.cleaned_data["submission_key"]
        if Message.objects.filter(submission_key=key).exclude(ticket=self.ticket).exists():
            raise ValidationError(gettext("This form belongs to another ticket. Open this ticket’s page again."))
        return key


class QuestionsField(TextField):
    """Questions, one a line, as a list; numbers and dashes that people put before them are taken off."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2}), **options)

    def clean(self, value: Any) -> list[str]:
        lines = [_BULLET.sub("", one_line(each)) for each in super().clean(value).split("\n")]
        questions = list(dict.fromkeys(filter(None, lines)))
        if len(questions) > MOST_QUESTIONS:
            raise ValidationError(
                gettext("These are %(n)s questions; %(most)s are answered in one go. Ask the others later.")
                % {"n": len(questions), "most": MOST_QUESTIONS}
            )
        if any(len(each) > QUESTION_MAX_CHARACTERS for each in questions):
            raise ValidationError(
                gettext("A question has at most %(most)s characters. Explain in the message, and ask here.")
                % {"most": QUESTION_MAX_CHARACTERS}
            )
        return questions


class WriteForm(SeenForm):
    """The composer. `kind` is the paper that was chosen, `act_kind` what the pressed button sends: they must agree."""

    kind = forms.ChoiceField(choices=Kind.choices, error_messages={"required": _("Choose who may read it.")})
    body = TextField(label=_("Message"), required=False, max_length=BODY_MAX_CHARACTERS)
    cause = TextField(label=_("Cause"), required=False, max_length=REASON_MAX_CHARACTERS)
    fix = TextField(label=_("Fix"), required=False, max_length=REASON_MAX_CHARACTERS)
    prevention = TextField(label=_("How to prevent it"), required=False, max_length=REASON_MAX_CHARACTERS)

    questions = QuestionsField(
        label=_("Questions, one a line"),
        help_text=_("The customer answers them one by one, and the ticket waits until the last is answered."),
    )

    def __init__(
        self, *args: Any, act_kind: str = "", has_files: bool = False, asks: bool = False, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.act_kind = act_kind
        self.has_files = has_files
        self.asks = asks

    def clean_questions(self) -> list[str]:
        questions: list[str] = self.cleaned_data["questions"]
        if questions and not self.asks:
            raise ValidationError(
                gettext("Questions go out with “Send and wait on the customer”. Press that, or empty this field.")
            )
        return questions

    def clean_kind(self) -> str:
        kind = self.cleaned_data["kind"]
        if kind != self.act_kind:
            raise ValidationError(
                gettext(
                    "You chose “%(chosen)s” and pressed the button of “%(pressed)s”. Nothing was sent: choose again."
                )
                % {"chosen": Kind(kind).label, "pressed": Kind(self.act_kind).label}
            )
        return kind

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_empty = "body" in cleaned and not cleaned["body"].strip()
        if self.asks and is_empty and "questions" in cleaned:
            if not cleaned["questions"]:
                self.add_error(
                    "body", gettext("Write what you need from the customer: a ticket waits for an answer only.")
                )
            return cleaned
        if is_empty and self.act_kind == Kind.RESOLVE:
            self.add_error("body", gettext("Write to the customer what the solution is."))
        elif is_empty and not self.has_files:
            self.add_error("body", gettext("Write a message or add a file first."))
        return cleaned


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label=_("New severity"), choices=_severities)
    reason = TextField(
        label=_("Why"),
        max_length=REASON_MAX_CHARACTERS,
        error_messages={"required": _("Say in a sentence why the severity changes.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("Colleague"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        error_messages={"invalid_choice": _("Only active staff can own a ticket.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = User.objects.active().staff().select_related("team")
        self.fields["to"].label_from_instance = lambda user: (
            f"{user.name} · {user.team.get_tier_display()}" if user.team else user.name
        )


class ReasonForm(SeenForm):
    """Why a solved ticket goes on."""

    reason = TextField(
        label=_("To the customer: why it goes on"),
        max_length=REASON_MAX_CHARACTERS,
        error_messages={"required": _("Say in a sentence what is still wrong.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TakeForm(forms.Form):
    """Taking a ticket. `owner` is whom the page showed as its owner, 0 for nobody; nothing when the page did not say."""

    owner = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def seen_owner(self) -> int | None:
        return self.cleaned_data.get("owner") if self.is_valid() else None


class MergeForm(forms.Form):
    """The number of the ticket that goes on. Asked once more: `sure` repeats the number that the question named."""

    into = forms.CharField(
        label=_("Number of the ticket that goes on"),
        max_length=20,
        error_messages={"required": _("Give the number of the ticket that goes on.")},
    )
    sure = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, ticket: Ticket, reader: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reader = reader
        self.survivor: Ticket | None = None
        self.fields["into"].widget.attrs.update({"list": "merge-into", "inputmode": "numeric", "autocomplete": "off"})
        others = Ticket.objects.visible_to(reader).open().filter(organisation=ticket.organisation_id)
        self.suggestions = others.filter(pk__lt=ticket.pk).order_by("-pk")[:MOST_SUGGESTIONS]

    def clean_into(self) -> Ticket:
        number = whole_number(self.cleaned_data["into"].strip().removeprefix("#"))
        if number is not None:
            found = Ticket.objects.visible_to(self.reader).filter(pk=number).first()
            if found:
                return found
        raise ValidationError(gettext("There is no ticket with this number."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        survivor = cleaned.get("into")
        if survivor and cleaned.get("sure") != str(survivor.pk):
            self.survivor = survivor
            question = gettext(
                "Into %(number)s “%(subject)s”? This ticket is closed then and its clocks end; the other one goes on."
            )
            raise ValidationError(question % {"number": survivor.number, "subject": survivor.subject}, code="question")
        return cleaned


class InquiryForm(forms.Form):
    """A question to the customer that needs no answer any more."""

    inquiry = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)


class NothingForm(forms.Form):
    """An act that needs no word."""
