"""The part of a form that a category's questions make: a field or three for each, judged together. Calls no action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import zone_of
from accounts.models import SdkProduct
from tickets.actions import EnvironmentFacts, GivenAnswer
from tickets.asking import Asked
from tickets.choices import AnswerGroup, KnownFact, QuestionKind
from tickets.forms.answer_fields import TOO_LONG, NumberField, PatternField, UserIdField, VersionField
from tickets.forms.fields import TextField, WallTimeField, happened_twice, in_zone, zone_choices
from tickets.questions import appearing, needed

TEXT_LENGTH, LONG_TEXT_LENGTH = 255, 20_000  # characters, where the question sets no limit of its own
MOST_CARRIED, CARRIED_LENGTH = 150, 20_000
PREFIX, UNTIL, ZONE, UNKNOWN = "q_", "_until", "_zone", "_unknown"
# The facts that are text as they are typed or chosen.
FACT_TEXTS = ("sdk_version", "platform", "os_version", "device", "network", "channel", "frequency", "steps")
_MONO = (QuestionKind.VERSION, QuestionKind.USER_ID)
_CHOOSE = gettext_lazy("Choose from the list.")


def field_name(asked: Asked) -> str:
    """What the field is called: as its column of the environment, or by the code of its question."""
    return asked.question.fact or f"{PREFIX}{asked.question.code}"


def part_name(name: str, part: str) -> str:
    """The field of a time range's end or zone: `occurred_until` beside `occurred_at`, `q_x_until` beside `q_x`."""
    return name.removesuffix("_at") + part if name == KnownFact.OCCURRED else name + part


def names_of(asked: Asked) -> list[str]:
    """The fields of a question: one, or the beginning, end and zone of a time range."""
    name = field_name(asked)
    parts = (UNTIL, ZONE) if asked.question.kind == QuestionKind.TIME_RANGE else ()
    return [name, *(part_name(name, part) for part in parts)]


def _of_question(question: str, problem: str) -> str:
    return _("%(question)s: %(problem)s") % {"question": question, "problem": problem} if question else problem


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the form shows it. `depends_on` is the field whose value must be `depends_value`."""

    asked: Asked
    fields: list[forms.BoundField]
    unknown: forms.BoundField | None
    depends_on: str
    depends_value: str
    errors: list[str]

    @property
    def is_wide(self) -> bool:
        return self.asked.question.kind in (QuestionKind.LONG_TEXT, QuestionKind.TIME_RANGE)


class QuestionsForm(forms.Form):
    """A form that `ask`s a category's questions. `severity` decides whether an answer can be needed at all."""

    asked: Sequence[Asked] = ()

    def ask(self, asked: Sequence[Asked], *, products: Sequence[SdkProduct], zone: str, now: datetime) -> None:
        """Put the fields in; `zone` is the IANA zone in which times are given unless the person says another."""
        self.asked, self._products, self.zone, self.now = asked, products, zone, now
        for each in asked:
            for name, field in self._fields_of(each):
                self.fields[name] = field

    def sections(self) -> list[tuple[str, list[Shown]]]:
        """The questions under their headings; a heading without questions is left out."""
        return _grouped(self._shown(each) for each in self.asked)

    def needed_sections(self) -> list[tuple[str, list[Shown]]]:
        return _grouped(self._shown(each) for each in self.asked if each.rule.is_required)

    def optional_sections(self) -> list[tuple[str, list[Shown]]]:
        return _grouped(self._optional())

    def optional_count(self) -> int:
        return len(self._optional())

    def is_optional_open(self) -> bool:
        """Must something be mended among the questions that may be left out?"""
        return any(shown.errors for shown in self._optional())

    def _optional(self) -> list[Shown]:
        return [self._shown(each) for each in self.asked if not each.rule.is_required]

    def carried(self) -> list[tuple[str, str]]:
        """What was typed into questions that are not asked now: kept in the page, for a category chosen back."""
        typed: Mapping[str, Any] = self.data or self.initial
        facts = {fact.value for fact in KnownFact} | {part_name(KnownFact.OCCURRED, part) for part in (UNTIL, ZONE)}
        found = [
            (name, str(typed[name]))
            for name in typed
            if name not in self.fields and (name.startswith(PREFIX) or name.removesuffix(UNKNOWN) in facts)
        ]
        return [(name, text) for name, text in found if text and len(text) <= CARRIED_LENGTH][:MOST_CARRIED]

    def problems(self) -> list[tuple[str, str]]:
        """What the summary on top lists: the id of the control, and what is needed there.

        Of a question it names the question: several may lack the same.
        """
        asked = {name: each.question.label for each in self.asked for name in names_of(each)}
        found = [("", str(message)) for message in self.non_field_errors()]
        for bound in self:
            target = bound.id_for_label or f"{bound.auto_id}_0"
            found.extend((target, _of_question(asked.get(bound.name, ""), str(message))) for message in bound.errors)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = self._told(cleaned)
        rules = [each.rule for each in self.asked]
        asked_now = {rule.code for rule in appearing(rules, told)}
        needs = needed(rules, told, severity=self.severity_of(cleaned))
        for each in self.asked:
            name = field_name(each)
            if each.rule.code not in asked_now:
                self._forget(each, cleaned)
                continue
            if each.question.kind == QuestionKind.TIME_RANGE:
                self._place_in_time(name, cleaned)
            is_empty = name in cleaned and cleaned[name] in (None, "")
            if each.rule.code in needs and is_empty and not cleaned.get(name + UNKNOWN):
                self.add_error(name, _("We need this to begin. If you do not know it, tick “I don’t know”."))
        return cleaned

    def severity_of(self, cleaned: Mapping[str, Any]) -> str:
        return str(cleaned.get("severity", ""))

    def happened_twice(self) -> bool:
        """Of a valid form: is the time one that the clocks showed twice, and was the first one taken?"""
        at, zone = (self.cleaned_data.get(name) for name in (KnownFact.OCCURRED, part_name(KnownFact.OCCURRED, ZONE)))
        if at is None or zone is None:
            return False
        return happened_twice(at.astimezone(zone_of(zone)).replace(tzinfo=None), zone)

    def environment(self) -> EnvironmentFacts:
        """The answers that every ticket has a column for."""
        told = self.cleaned_data
        products = {str(each.pk): each for each in self._products}
        return EnvironmentFacts(
            product=products.get(told.get("product", "")),
            occurred_at=told.get("occurred_at"),
            occurred_until=told.get("occurred_until"),
            occurred_zone=told.get("occurred_zone", ""),
            **{name: told.get(name, "") for name in FACT_TEXTS},
        )

    def answers(self) -> list[GivenAnswer]:
        """All other answers, empty ones too, and of facts that the person does not know them."""
        return [self._answer(each) for each in self.asked]

    def _answer(self, asked: Asked) -> GivenAnswer:
        question, told, name = asked.question, self.cleaned_data, field_name(asked)
        value = told.get(name)
        unknown = bool(told.get(name + UNKNOWN)) and value in (None, "")
        if question.fact or value in (None, ""):
            return GivenAnswer(question=question, is_unknown=unknown)
        if question.kind == QuestionKind.CHOICE:
            return GivenAnswer(question=question, choice=next(c for c in question.choices.all() if c.code == value))
        if question.kind == QuestionKind.NUMBER:
            return GivenAnswer(question=question, number=value)
        if question.kind == QuestionKind.TIME_RANGE:
            until, zone = told.get(part_name(name, UNTIL)), told.get(part_name(name, ZONE), "")
            return GivenAnswer(question=question, starts_at=value, ends_at=until, zone=zone)
        return GivenAnswer(question=question, text=value)

    def _told(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        choices = [each for each in self.asked if each.question.kind == QuestionKind.CHOICE]
        told = {each.rule.code: str(cleaned.get(field_name(each)) or "") for each in choices}
        return told | {"platform": str(cleaned.get(KnownFact.PLATFORM) or "")}

    def _forget(self, asked: Asked, cleaned: dict[str, Any]) -> None:
        """What is not asked now is neither judged nor kept."""
        for each in (*names_of(asked), field_name(asked) + UNKNOWN):
            self.errors.pop(each, None)
            cleaned.pop(each, None)

    def _place_in_time(self, name: str, cleaned: dict[str, Any]) -> None:
        until_name, zone_name = part_name(name, UNTIL), part_name(name, ZONE)
        wall, until, zone = cleaned.get(name), cleaned.get(until_name), cleaned.get(zone_name) or self.zone
        cleaned[zone_name] = zone if wall else ""
        if wall is None:
            if until is not None and name in cleaned:
                self.add_error(name, _("Give the beginning as well."))
            return
        try:
            cleaned[name] = in_zone(wall, zone, now=self.now)
        except ValidationError as error:
            self.add_error(name, error)
            return
        if until is None:
            return
        try:
            cleaned[until_name] = in_zone(until, zone, now=self.now)
        except ValidationError as error:
            self.add_error(until_name, error)
            return
        if cleaned[until_name] < cleaned[name]:
            self.add_error(until_name, _("The end is before the beginning."))

    def _shown(self, asked: Asked) -> Shown:
        name = field_name(asked)
        fields = [self[each] for each in names_of(asked)]
        by_code = {each.rule.code: field_name(each) for each in self.asked}
        needs = asked.rule.needs
        return Shown(
            asked=asked,
            fields=fields,
            unknown=self[name + UNKNOWN] if name + UNKNOWN in self.fields else None,
            depends_on=by_code.get(needs[0], "") if needs else "",
            depends_value=needs[1] if needs else "",
            errors=[str(message) for field in fields for message in field.errors],
        )

    def _fields_of(self, asked: Asked) -> Iterator[tuple[str, forms.Field]]:
        question, name = asked.question, field_name(asked)
        field = self._field_of(asked)
        is_select = isinstance(field.widget, forms.Select)
        mono = (
            " mono" if question.kind in _MONO or question.fact == KnownFact.CHANNEL or question.pattern != "any" else ""
        )
        field.widget.attrs["class"] = "form-select" if is_select else f"form-control{mono}"
        if mono:
            field.widget.attrs |= {"autocapitalize": "off", "spellcheck": "false"}
        yield name, field
        if question.kind == QuestionKind.TIME_RANGE:
            yield from self._time_parts(question.label, name)
        if asked.rule.is_required:
            yield (
                name + UNKNOWN,
                forms.BooleanField(
                    label=_("I don’t know"),
                    required=False,
                    widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
                ),
            )

    def _time_parts(self, label: str, name: str) -> Iterator[tuple[str, forms.Field]]:
        until = WallTimeField(label=_("%(question)s: until") % {"question": label}, required=False)
        until.widget.attrs["class"] = "form-control"
        yield part_name(name, UNTIL), until
        yield part_name(name, ZONE), forms.ChoiceField(
            label=_("%(question)s: time zone") % {"question": label}, required=False, choices=zone_choices(self.zone),
            initial=self.zone, widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={"invalid_choice": _("Choose a time zone from the list.")},
        )  # fmt: skip

    def _field_of(self, asked: Asked) -> forms.Field:
        question = asked.question
        common: dict[str, Any] = {"label": question.label, "required": False, "help_text": question.help}
        bounds = {"min_length": int(question.least) if question.least is not None else None}
        match question.kind:
            case QuestionKind.CHOICE:
                return forms.ChoiceField(
                    choices=[("", "—"), *self._choices_of(asked)], error_messages={"invalid_choice": _CHOOSE}, **common
                )
            case QuestionKind.NUMBER:
                return NumberField(least=question.least, most=question.most, **common)
            case QuestionKind.VERSION:
                return VersionField(**common)
            case QuestionKind.USER_ID:
                return UserIdField(**common)
            case QuestionKind.TIME_RANGE:
                return WallTimeField(**common)
            case QuestionKind.LONG_TEXT:
                return TextField(
                    max_length=int(question.most or LONG_TEXT_LENGTH),
                    error_messages={"max_length": TOO_LONG}, widget=forms.Textarea(attrs={"rows": 4}),
                    **bounds, **common,
                )  # fmt: skip
        return PatternField(pattern=question.pattern, max_length=int(question.most or TEXT_LENGTH), **bounds, **common)

    def _choices_of(self, asked: Asked) -> Sequence[tuple[str, str]]:
        if asked.question.fact == KnownFact.PRODUCT:
            return [(str(each.pk), each.name) for each in self._products]
        return asked.choices


def _grouped(questions: Iterable[Shown]) -> list[tuple[str, list[Shown]]]:
    shown = list(questions)
    groups = [(str(group.label), [one for one in shown if one.asked.question.group == group]) for group in AnswerGroup]
    return [group for group in groups if group[1]]
