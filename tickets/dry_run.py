"""What a change of calendars, policies or contracts would have meant for the tickets of the last 90 days. Reads only.

The replay of a single clock stands in `sla.dry_run`; here it is fed, newest tickets first, a batch of constant queries at a
time, within a limit of tickets and seconds that the answer owns up to.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from accounts.models import Organisation
from sla.book import Book, Rule
from sla.choices import ClockKind, ClockState
from sla.clock import ClockFacts, Segment, Step, read
from sla.dry_run import MOST_LISTED, Tally, breach_of
from sla.terms import Terms
from tickets.choices import EventKind
from tickets.models import Clock, ClockSegment, Ticket, TicketEvent
from tickets.models.ticket import TicketQuerySet

LOOKS_BACK = timedelta(days=90)
BATCH = 2000
MOST_TICKETS = 250_000
MOST_SECONDS = 25.0  # about 5,000 tickets a second; proxies commonly wait a minute
_MOST_NAMED = 5000  # organisations that a WHERE names; above that all tickets are read and sorted out here


@dataclass(frozen=True, slots=True)
class ClockLived:
    segments: Sequence[Segment]
    is_breached: bool


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket as the replay needs it: its severities from creation on, and its clocks' ledgers by kind."""

    pk: int
    organisation_id: int
    plan_id: int
    created_at: datetime
    severities: Sequence[tuple[datetime, str]]
    clocks: Mapping[str, ClockLived]


@dataclass(slots=True)
class OpenClocks:
    """What an edit of a calendar does to the clocks that run: only such an edit reaches tickets that are open."""

    clocks: int = 0
    moved: int = 0
    missed_at_once: int = 0
    missed: list[int] = field(default_factory=list)
    is_cut: bool = False

    @property
    def tickets(self) -> Sequence[int]:
        return self.missed


@dataclass(slots=True)
class DryRun:
    since: datetime
    looked_at: int = 0
    cut_at: datetime | None = None
    tallies: dict[str, Tally] = field(default_factory=lambda: {kind.value: Tally() for kind in ClockKind})
    open_clocks: OpenClocks | None = None

    @property
    def is_without_effect(self) -> bool:
        return not any(tally.more or tally.fewer for tally in self.tallies.values())


def dry_run(before: Book, after: Book, *, now: datetime, most_seconds: float = MOST_SECONDS) -> DryRun:
    """Replay the tickets filed in the last 90 days under both books; the difference is what the change alone does.

    Queries per batch of 2,000 tickets are constant. Past 250,000 tickets or `most_seconds` it stops with the oldest of
    them unread and says so in `cut_at`.
    """
    began = time.monotonic()
    found = DryRun(since=now - LOOKS_BACK)
    edited = [pk for pk, facts in after.calendars.items() if before.calendars.get(pk, facts).hours != facts.hours]
    if edited:
        found.open_clocks = _open_clocks(after, edited, now=now)
    rules = _Rules(before, after)
    organisations = rules.affected_organisations()
    tickets = Ticket.objects.filter(created_at__gte=found.since, is_canary=False)
    if len(organisations) <= _MOST_NAMED:
        tickets = tickets.filter(organisation__in=organisations)
    if not organisations:
        return found
    for life in read_lives(tickets):
        if found.looked_at >= MOST_TICKETS or (not found.looked_at % 500 and time.monotonic() - began > most_seconds):
            found.cut_at = life.created_at
            break
        found.looked_at += 1
        _tally(found.tallies, life, rules, now)
    return found


def _tally(tallies: Mapping[str, Tally], life: Life, rules: _Rules, now: datetime) -> None:
    for kind, clock in life.clocks.items():
        pairs = [(since, *rules.of(life, severity, kind)) for since, severity in life.severities]
        is_recorded = clock.is_breached
        is_before = breach_of(clock.segments, [(since, rule) for since, rule, _ in pairs], now) is not None
        is_after = is_before
        if any(old != new for _, old, new in pairs):
            is_after = breach_of(clock.segments, [(since, rule) for since, _, rule in pairs], now) is not None
        tallies[kind].count(life.pk, recorded=is_recorded, before=is_before, after=is_after)


class _Rules:
    """The rules before and after, by organisation, severity and clock; each computed once."""

    def __init__(self, before: Book, after: Book) -> None:
        self._books = (before, after)
        self._terms: dict[tuple[int, int], tuple[Terms, Terms]] = {}
        self._rules: dict[tuple[int, int, str, str], tuple[Rule, Rule]] = {}

    def of(self, life: Life, severity: str, kind: str) -> tuple[Rule, Rule]:
        return self._of(life.organisation_id, life.plan_id, severity, kind)

    def _of(self, organisation: int, plan: int, severity: str, kind: str) -> tuple[Rule, Rule]:
        # Organisations without a contract share their plan's.
        owner = organisation if any(organisation in book.contracts for book in self._books) else 0
        key = (owner, plan, severity, kind)
        if key not in self._rules:
            terms = [book.terms(organisation_id=owner, plan_id=plan)[severity] for book in self._books]
            before, after = (book.rule(each, kind) for book, each in zip(self._books, terms, strict=True))
            self._rules[key] = (before, after)
        return self._rules[key]

    def affected_organisations(self) -> list[int]:
        rows = Organisation.objects.order_by().values_list("pk", "plan_id")
        return [pk for pk, plan in rows.iterator() if self._is_affected(pk, plan)]

    def _is_affected(self, organisation: int, plan: int) -> bool:
        severities = self._books[0].terms(organisation_id=organisation, plan_id=plan)
        pairs = (self._of(organisation, plan, severity, kind.value) for severity in severities for kind in ClockKind)
        return any(before != after for before, after in pairs)


def read_lives(tickets: TicketQuerySet, *, batch: int = BATCH) -> Iterator[Life]:
    """The tickets' lives, the newest first (4 queries a batch)."""
    last: int | None = None
    columns = tickets.order_by("-pk").values_list(
        "pk", "organisation_id", "organisation__plan_id", "created_at", "severity"
    )
    while True:
        rows = list((columns if last is None else columns.filter(pk__lt=last))[:batch])
        if not rows:
            return
        last = rows[-1][0]
        numbers = [row[0] for row in rows]
        clocks, changes = _clocks_of(numbers), _severity_changes(numbers)
        for pk, organisation_id, plan_id, created_at, severity in rows:
            severities = _severities(created_at, severity, changes.get(pk, ()))
            yield Life(pk, organisation_id, plan_id, created_at, severities, clocks.get(pk, {}))


def _clocks_of(tickets: Sequence[int]) -> Mapping[int, Mapping[str, ClockLived]]:
    segments: dict[int, list[Segment]] = defaultdict(list)
    lines = ClockSegment.objects.filter(clock__ticket__in=tickets).order_by("clock", "at", "pk")
    for clock_id, step, at in lines.values_list("clock_id", "step", "at"):
        segments[clock_id].append(Segment(cast(Step, step), at))
    found: dict[int, dict[str, ClockLived]] = defaultdict(dict)
    rows = Clock.objects.filter(ticket__in=tickets).order_by()
    for pk, ticket_id, kind, breached_at in rows.values_list("pk", "ticket_id", "kind", "breached_at"):
        if segments[pk]:
            found[ticket_id][kind] = ClockLived(segments[pk], breached_at is not None)
    return found


def _severity_changes(tickets: Sequence[int]) -> Mapping[int, list[tuple[datetime, str, str]]]:
    found: dict[int, list[tuple[datetime, str, str]]] = defaultdict(list)
    events = TicketEvent.objects.filter(ticket__in=tickets, kind=EventKind.SEVERITY_CHANGED).order_by("pk")
    for ticket_id, at, data in events.values_list("ticket_id", "at", "data"):
        found[ticket_id].append((at, data["from"], data["to"]))
    return found


def _severities(
    created_at: datetime, current: str, changes: Sequence[tuple[datetime, str, str]]
) -> Sequence[tuple[datetime, str]]:
    if not changes:
        return [(created_at, current)]
    return [(created_at, changes[0][1]), *((at, to) for at, _, to in changes)]


def _open_clocks(after: Book, calendars: Sequence[int], *, now: datetime) -> OpenClocks:
    """Running clocks on the edited calendars: whose due moves, and whose new due has passed already."""
    found = OpenClocks()
    running = Clock.objects.unstopped().filter(
        calendar__in=calendars, breached_at=None, state=ClockState.RUNNING
    )  # one that waits is computed anew when it goes on
    rows = running.order_by("-pk").values_list("pk", "ticket_id", "calendar_id", "target_for", "due_at")
    for start in range(0, MOST_TICKETS, BATCH):
        batch = list(rows[start : start + BATCH])
        ledger: dict[int, list[Segment]] = defaultdict(list)
        lines = ClockSegment.objects.filter(clock__in=[row[0] for row in batch]).order_by("clock", "at", "pk")
        for clock_id, step, at in lines.values_list("clock_id", "step", "at"):
            ledger[clock_id].append(Segment(cast(Step, step), at))
        for pk, ticket_id, calendar_id, target, due_at in batch:
            hours = after.calendars[calendar_id].hours
            new_due = read(ClockFacts(segments=ledger[pk], target=target, calendar=hours), now).due_at
            _count_open(found, ticket_id, due_at=due_at, new_due=new_due, now=now)
        if len(batch) < BATCH:
            return found
    found.is_cut = True
    return found


def _count_open(
    found: OpenClocks, ticket_id: int, *, due_at: datetime | None, new_due: datetime | None, now: datetime
) -> None:
    found.clocks += 1
    if new_due == due_at:
        return
    found.moved += 1
    was_missed = due_at is not None and now > due_at  # the next sweep records that one in any case
    if new_due is not None and now > new_due and not was_missed:
        found.missed_at_once += 1
        if len(found.missed) < MOST_LISTED:
            found.missed.append(ticket_id)
