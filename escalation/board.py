"""The escalations board: which open escalations, in which order, a page at a time, and the figures above. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from accounts.choices import Tier
from accounts.models import Organisation, User
from accounts.numbers import whole_number
from escalation.board_rows import Row, row
from escalation.choices import Expects
from escalation.forms.board import Owner, Show
from escalation.models import Commitment, Escalation, EscalationReason, EscalationRequest, PromiseClock, TrackerLink
from escalation.models.commitments import CommitmentQuerySet
from sla.models import Calendar
from tickets import ledger
from tickets.models import Rating

PER_PAGE = 50
COUNTED_TO = 100  # figures say "99+" beyond
MOST_ORGANISATIONS = 50
LONGEST_NUMBER = 12  # digits


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    number: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the numbers above the board: how many, and the filter that shows which."""

    name: str
    value: str
    label: str
    count: str


def page(user: User, accepted: Mapping[str, Any], *, now: datetime) -> Page:
    """One page of the board (8 queries, one more for a search), whatever the number of tickets."""
    first = (accepted["page"] - 1) * PER_PAGE
    found = list(_loaded(_urgent_first(_filtered(user, accepted, now=now), now=now))[first : first + PER_PAGE + 1])
    rows = _rows(found[:PER_PAGE], now=now)
    return Page(rows=rows, number=accepted["page"], has_next=len(found) > PER_PAGE)


def one(user: User, ticket_id: int, *, now: datetime) -> Row | None:
    """The row of one ticket, also when its escalation is closed; None where the person may see none."""
    found = list(_loaded(Commitment.objects.visible_to(user).filter(ticket=ticket_id)))
    return _rows(found, now=now)[0] if found else None


def figures(user: User, *, now: datetime) -> list[Figure]:
    """The managers' numbers over all open escalations, each a query of at most 100 rows."""
    opened = Commitment.objects.visible_to(user).open()
    shown = [Figure("show", each.value, str(each.label), _count(_shown(opened, each, now=now))) for each in Show]
    tiers = [
        Figure("tier", tier, str(Tier(tier).label), _count(opened.filter(ticket__tier=tier))) for tier in Tier.values
    ]
    return [*shown, *tiers]


def low_scores(user: User) -> str:
    """How many low scores wait to be talked over; empty where none does."""
    waiting = _count(Rating.objects.visible_to(user).to_follow_up())
    return "" if waiting == "0" else waiting


def _count(rows: QuerySet) -> str:
    found = rows.order_by()[:COUNTED_TO].count()
    return f"{COUNTED_TO - 1}+" if found >= COUNTED_TO else str(found)


def _shown(opened: CommitmentQuerySet, show: str, *, now: datetime) -> CommitmentQuerySet:
    if show == Show.UNACKNOWLEDGED:
        return opened.filter(acknowledged_at=None)
    if show == Show.OVERDUE:
        return opened.filter(Exists(_late_promises(now)) | _passed(now))
    if show == Show.SLIPPED:
        return opened.filter(slips__gt=0)
    return opened


def _passed(now: datetime) -> Q:
    """An expected time that passed; “taken over by” is kept once somebody has the ticket."""
    return Q(expected_at__lt=now) & ~Q(expects=Expects.TAKEOVER, ticket__assignee__isnull=False)


def _late_promises(now: datetime) -> QuerySet[PromiseClock]:
    return PromiseClock.objects.filter(ticket=OuterRef("ticket"), stopped_at=None, due_at__lt=now)


def _urgent_first(commitments: CommitmentQuerySet, *, now: datetime) -> CommitmentQuerySet:
    """What hurts next on top: by severity, then broken promises, then expected times that passed, then the oldest."""
    is_past = Case(When(_passed(now), then=Value(True)), default=Value(False), output_field=BooleanField())
    judged = commitments.annotate(is_promise_late=Exists(_late_promises(now)), is_expected_late=is_past)
    return judged.order_by("ticket__severity", "-is_promise_late", "-is_expected_late", "opened_at", "pk")


def _filtered(user: User, accepted: Mapping[str, Any], *, now: datetime) -> CommitmentQuerySet:
    found = _shown(Commitment.objects.visible_to(user).open(), accepted["show"], now=now)
    for name, column in (("severity", "ticket__severity"), ("tier", "ticket__tier"), ("trigger", "trigger")):
        if name in accepted:
            found = found.filter(**{column: accepted[name]})
    if "owner" in accepted:
        found = found.filter(_owned_by(accepted["owner"], user))
    if "q" in accepted:
        found = found.filter(_named(accepted["q"]))
    return found


def _owned_by(owner: str, user: User) -> Q:
    """Whoever answers for the escalation or has the ticket."""
    if owner == Owner.NOBODY:
        return Q(owner=None, ticket__assignee=None)
    person = user.pk if owner == Owner.ME else int(owner)
    return Q(owner=person) | Q(ticket__assignee=person)


def _named(words: str) -> Q:
    """A number or its beginning, a part of the organisation's name or of the subject."""
    named = Organisation.objects.filter(name__icontains=words)
    found = Q(ticket__subject__icontains=words) | Q(
        ticket__organisation__in=list(named.values_list("pk", flat=True)[:MOST_ORGANISATIONS])
    )
    digits = words.removeprefix("#")
    if (number := whole_number(digits, digits=LONGEST_NUMBER)) is not None:
        for tail in range(LONGEST_NUMBER - len(digits) + 1):
            found |= Q(ticket__gte=number * 10**tail, ticket__lt=(number + 1) * 10**tail)
    return found


def _loaded(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    """All that a row reads (6 queries)."""
    requests = EscalationRequest.objects.prefetch_related(
        Prefetch("reasons", EscalationReason.objects.select_related("by"))
    )
    return commitments.select_related(
        "ticket__organisation__plan", "ticket__assignee", "owner", "asked_by", "acknowledged_by", "closed_by"
    ).prefetch_related(
        Prefetch("ticket__promises", PromiseClock.objects.filter(stopped_at=None)),
        Prefetch("ticket__escalations", Escalation.objects.select_related("by").order_by("step_no")),
        Prefetch("ticket__escalation_requests", requests),
        Prefetch("ticket__tracker_links", TrackerLink.objects.all()),
    )


def _rows(commitments: list[Commitment], *, now: datetime) -> list[Row]:
    named = {each.pk: ledger.current_terms(each.ticket).calendar_id for each in commitments}
    calendars = Calendar.objects.in_bulk({pk for pk in named.values() if pk})
    return [row(each, calendar=calendars.get(named[each.pk]), now=now) for each in commitments]
