"""What is known of a problem, under headings: the environment and the answers of a ticket as plain values. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla import wording
from tickets.choices import AnswerGroup, KnownFact, QuestionKind
from tickets.models import Answer, CategoryQuestion, Environment, Ticket
from tickets.questions import needed

_LONG = 120  # characters; longer text is folded
_CODES = frozenset({QuestionKind.USER_ID, QuestionKind.VERSION})


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    is_code: bool = False

    @property
    def is_long(self) -> bool:
        return len(self.value) > _LONG or "\n" in self.value


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under one heading; those that are long come last."""

    label: str
    facts: Sequence[Fact]

    @property
    def short(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.is_long]

    @property
    def long(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.is_long]


def answers_loaded() -> Prefetch:
    """For `prefetch_related`: the answers with question and choice (1 query)."""
    return Prefetch("answers", Answer.objects.select_related("question", "choice"))


def fact_groups(ticket: Ticket) -> list[FactGroup]:
    """What was told, by heading, in the reader's language and zone; a heading without facts is left out."""
    environment: Environment | None = getattr(ticket, "environment", None)
    found = [*_facts(environment), *_answers(ticket.answers.all())]
    grouped = [
        FactGroup(str(group.label), [fact for under, fact in found if under == group and fact.value])
        for group in AnswerGroup
    ]
    return [group for group in grouped if group.facts]


def missing(ticket: Ticket) -> list[str]:
    """What the ticket's category needs and nobody has told yet, nor said that they do not know (1 query)."""
    rows = CategoryQuestion.objects.filter(category=ticket.category_id).select_related("question", "only_if__question")
    environment: Environment | None = getattr(ticket, "environment", None)
    known = {answer.question.code for answer in ticket.answers.all()}
    told = {answer.question.code: answer.choice.code for answer in ticket.answers.all() if answer.choice}
    rules, labels = [], {}
    for row in rows:
        rules.append(row.rule)
        labels[row.question.code] = row.question.label
        value = getattr(environment, row.question.fact, "") if row.question.fact and environment else ""
        if value:
            known.add(row.question.code)
            told[row.question.code] = str(value)
    if environment:
        told["platform"] = environment.platform
    wanted = needed(rules, told, severity="")
    return [labels[rule.code] for rule in rules if rule.code in wanted - known]


def period(answer_or_environment: Answer | Environment) -> str:
    """From when to when, in the reader's zone."""
    if isinstance(answer_or_environment, Answer):
        start, end = answer_or_environment.starts_at, answer_or_environment.ends_at
    else:
        start, end = answer_or_environment.occurred_at, answer_or_environment.occurred_until
    if start is None:
        return ""
    if end is None:
        return wording.instant(start)
    return _("%(start)s to %(end)s") % {"start": wording.instant(start), "end": wording.instant(end)}


def _facts(row: Environment | None) -> Iterator[tuple[str, Fact]]:
    if row is None:
        return
    sdk = " ".join(filter(None, (row.product.name if row.product else "", row.sdk_version)))
    yield AnswerGroup.CALL, Fact(_("Channel"), row.channel, is_code=True)
    yield AnswerGroup.CALL, Fact(_("User ids"), row.user_ids, is_code=True)
    yield AnswerGroup.CALL, Fact(_("When"), period(row))
    yield AnswerGroup.ENVIRONMENT, Fact(_("SDK"), sdk)
    yield AnswerGroup.ENVIRONMENT, Fact(_("Platform"), row.get_platform_display())
    yield AnswerGroup.ENVIRONMENT, Fact(_("Operating system"), row.os_version)
    yield AnswerGroup.ENVIRONMENT, Fact(_("Device"), row.device)
    yield AnswerGroup.ENVIRONMENT, Fact(_("Network"), row.get_network_display())
    yield AnswerGroup.AGAIN, Fact(_("How often"), row.get_frequency_display())
    yield AnswerGroup.AGAIN, Fact(str(KnownFact.STEPS.label), row.steps)


def _answers(answers: Iterable[Answer]) -> Iterator[tuple[str, Fact]]:
    for answer in answers:
        is_code = answer.question.kind in _CODES or answer.question.pattern != "any"
        yield answer.question.group, Fact(answer.question.label, _value(answer), is_code and not answer.is_unknown)


def _value(answer: Answer) -> str:
    if answer.is_unknown:
        return pgettext("an answer", "Not known")
    if answer.choice:
        return answer.choice.label
    if answer.number is not None:
        return f"{answer.plain_number} {answer.question.unit}".strip()
    return answer.text or period(answer)
