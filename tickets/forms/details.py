"""The form of a ticket's details: every question of its category, with what was answered so far. Calls no action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.middleware import zone_of
from accounts.models import SdkProduct
from tickets.actions import GivenAnswer
from tickets.asking import Asked
from tickets.choices import QuestionKind
from tickets.forms.questions import FACT_TEXTS, UNTIL, ZONE, QuestionsForm, field_name, names_of, part_name
from tickets.models import Answer, Environment, Ticket
from tickets.questions import Rule


class DetailsForm(QuestionsForm):
    """Nothing is needed here. Each field carries what it showed, so that only what was changed is told."""

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        asked: Sequence[Asked],
        products: Sequence[SdkProduct],
        zone: str,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ask([_optional(each) for each in asked], products=products, zone=zone_of(zone).key, now=now)
        self.initial = _facts(ticket, self.zone) | _answers(ticket, asked, self.zone)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def value_of(self, name: str) -> object:
        return self[name].value() if name in self.fields else None

    def told_facts(self) -> set[str]:
        """The columns of the environment of which something was changed."""
        told: set[str] = set()
        for each in self.asked:
            if each.question.fact and self._is_changed(each):
                told.update(names_of(each))
        return told

    def changed_answers(self) -> list[GivenAnswer]:
        """The answers that were changed; an emptied one is empty."""
        changed = {each.question.pk for each in self.asked if not each.question.fact and self._is_changed(each)}
        return [given for given in self.answers() if given.question.pk in changed]

    def _is_changed(self, asked: Asked) -> bool:
        return field_name(asked) in self.cleaned_data and not set(self.changed_data).isdisjoint(names_of(asked))


def _optional(asked: Asked) -> Asked:
    rule = asked.rule
    return Asked(asked.question, Rule(rule.code, needs=rule.needs, only_on=rule.only_on), asked.condition)


def _wall(at: datetime | None, zone: str) -> datetime | None:
    return at.astimezone(zone_of(zone)).replace(tzinfo=None, second=0, microsecond=0) if at else None


def _facts(ticket: Ticket, zone: str) -> dict[str, Any]:
    row: Environment | None = getattr(ticket, "environment", None)
    if row is None:
        return {}
    given_in = row.occurred_zone or zone
    return {name: getattr(row, name) for name in FACT_TEXTS} | {
        "product": str(row.product_id or ""),
        "occurred_at": _wall(row.occurred_at, given_in),
        "occurred_until": _wall(row.occurred_until, given_in),
        "occurred_zone": given_in,
    }


def _answers(ticket: Ticket, asked: Sequence[Asked], zone: str) -> dict[str, Any]:
    fields = {each.question.pk: each for each in asked}
    initial: dict[str, Any] = {}
    for answer in Answer.objects.filter(ticket=ticket).select_related("choice"):
        each = fields.get(answer.question_id)
        if each is not None and not answer.is_unknown and not each.question.fact:
            initial |= _initial(answer, each, zone)
    return initial


def _initial(answer: Answer, asked: Asked, zone: str) -> dict[str, Any]:
    name = field_name(asked)
    match asked.question.kind:
        case QuestionKind.CHOICE:
            return {name: answer.choice.code if answer.choice else ""}
        case QuestionKind.NUMBER:
            return {name: answer.plain_number}
        case QuestionKind.TIME_RANGE:
            given_in = answer.zone or zone
            return {
                name: _wall(answer.starts_at, given_in),
                part_name(name, UNTIL): _wall(answer.ends_at, given_in),
                part_name(name, ZONE): given_in,
            }
    return {name: answer.text}
