"""What a change of targets, contract or calendar would have meant: counted over past tickets, and true once it is saved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from escalation import sweep
from sla.actions import replace_definition
from sla.book import DEFAULT_PLAN, Agreement, Book, CalendarFacts
from sla.calendar import BusinessCalendar
from sla.models import Calendar
from sla.policies import read_book
from sla.terms import Cell, TargetCells
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets import dry_run as module
from tickets.dry_run import DryRun, dry_run
from tickets.models import Clock, Ticket

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
TODAY = "2026-06-08"  # NOW, 10:00 in Shanghai


def answered(
    cast: Cast, severity: str, after: dt.timedelta, *, by_other: bool = False, at: dt.datetime = NOW
) -> Ticket:
    ticket = file_ticket(cast, severity=severity, now=at)
    if by_other:
        Ticket.objects.filter(pk=ticket.pk).update(organisation=cast.other)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=at + after)
    return ticket


def with_first_response(book: Book, plan_id: int | None, severity: str, cell: Cell) -> Book:
    plan = book.plans[plan_id]
    cells = {**plan.cells, severity: TargetCells(first_response=cell).over(plan.cells[severity])}
    return book.with_plan(plan_id, Agreement(plan.calendar_id, cells))


def run(before: Book, after: Book, **options) -> DryRun:
    return dry_run(before, after, now=NOW + 3 * HOUR, **options)


def test_a_shorter_target_says_who_would_have_been_missed(cast: Cast) -> None:
    late, quick = answered(cast, "p0", 12 * MINUTE), answered(cast, "p0", 3 * MINUTE)
    answered(cast, "p1", 12 * MINUTE)
    book = read_book()
    found = run(book, with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes")))
    tally = found.tallies["first_response"]
    assert (tally.before, tally.after, tally.more, tally.fewer) == (0, 1, 1, 0)
    assert tally.now_missed == [late.pk]
    assert quick.pk not in tally.now_missed
    assert found.tallies["resolution"].more == found.tallies["resolution"].fewer == 0
    assert found.open_clocks is None, "open tickets keep the targets they were filed under"


def test_a_longer_target_says_who_would_not_have_been_missed(cast: Cast) -> None:
    ticket = answered(cast, "p0", 20 * MINUTE)
    book = read_book()
    tally = run(book, with_first_response(book, cast.plan.pk, "p0", Cell(1, "hours"))).tallies["first_response"]
    assert (tally.recorded, tally.before, tally.after, tally.now_met) == (1, 1, 0, [ticket.pk])


def test_the_same_book_changes_nothing(cast: Cast) -> None:
    answered(cast, "p0", 20 * MINUTE)
    found = run(read_book(), read_book())
    assert found.is_without_effect
    assert found.looked_at == 0, "nobody is promised anything else"


def test_a_contract_touches_its_own_organisation_only(cast: Cast) -> None:
    mine = answered(cast, "p0", 12 * MINUTE)
    answered(cast, "p0", 12 * MINUTE, by_other=True)
    book = read_book()
    contract = Agreement(None, {"p0": TargetCells(first_response=Cell(5, "minutes"))})
    found = run(book, book.with_contract(cast.acme.pk, contract))
    assert (found.looked_at, found.tallies["first_response"].now_missed) == (1, [mine.pk])


def test_a_contracts_own_cell_is_not_touched_by_its_plan(cast: Cast) -> None:
    answered(cast, "p0", 12 * MINUTE)
    contract = Agreement(None, {"p0": TargetCells(first_response=Cell(5, "minutes"))})
    book = read_book().with_contract(cast.acme.pk, contract)
    assert run(book, with_first_response(book, cast.plan.pk, "p0", Cell(1, "minutes"))).is_without_effect


def test_a_plan_without_a_policy_follows_the_default_one(cast: Cast) -> None:
    late = answered(cast, "p0", 12 * MINUTE)
    full = read_book()
    book = Book({DEFAULT_PLAN: full.plans[DEFAULT_PLAN]}, {}, full.calendars)
    found = run(book, with_first_response(book, DEFAULT_PLAN, "p0", Cell(5, "minutes")))
    assert found.tallies["first_response"].now_missed == [late.pk]


def test_tickets_older_than_ninety_days_are_left_out(cast: Cast) -> None:
    answered(cast, "p0", 12 * MINUTE, at=NOW - dt.timedelta(days=91))
    book = read_book()
    assert run(book, with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes"))).looked_at == 0


def test_what_the_severity_was_before_counts(cast: Cast) -> None:
    """Twelve minutes as a P0 are late under five, though the ticket was lowered before anybody answered."""
    ticket = file_ticket(cast, severity="p0", now=NOW)
    actions.change_severity(ticket=ticket, by=cast.erin, severity="p3", reason="A question.", now=NOW + 10 * MINUTE)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + 12 * MINUTE)
    book = read_book()
    tally = run(book, with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes"))).tallies["first_response"]
    assert (tally.before, tally.after) == (0, 1)


def edited(book: Book, *, holidays: list[str] | None = None, **weekly: list[list[str]]) -> tuple[Book, dict]:
    row = Calendar.objects.get()
    definition = row.definition | {"weekly": row.definition["weekly"] | weekly}
    if holidays is not None:
        definition["holidays"] = holidays
    facts = CalendarFacts(BusinessCalendar.from_definition(definition), row.business_day_seconds)
    return book.with_calendar(row.pk, facts), definition


def test_a_day_off_takes_back_a_breach_of_that_day(cast: Cast) -> None:
    ticket = answered(cast, "p2", 5 * HOUR)
    book = read_book()
    after, _ = edited(book, holidays=[TODAY])
    found = dry_run(book, after, now=NOW + 30 * HOUR)
    assert found.tallies["first_response"].now_met == [ticket.pk]


@pytest.mark.parametrize("elapsed", [HOUR, 2 * HOUR, 3 * HOUR])
def test_what_is_foretold_of_open_clocks_comes_true(cast: Cast, elapsed: dt.timedelta) -> None:
    """A holiday taken away and earlier hours: the due times move, some into the past."""
    after, definition = edited(read_book(), mon=[["06:00", "17:30"]])
    close = edited(read_book(), holidays=[TODAY])[1]
    replace_definition(calendar=Calendar.objects.get(), definition=close, now=NOW)
    tickets = [
        file_ticket(cast, severity=severity, now=NOW + n * HOUR) for n, severity in enumerate(("p2", "p2", "p3", "p0"))
    ]
    actions.reply_and_wait(ticket=tickets[1], by=cast.erin, body="Which version?", now=NOW + 2 * HOUR)
    now = NOW + 2 * HOUR + elapsed
    sweep.run(now)
    dues = dict(Clock.objects.values_list("pk", "due_at"))
    found = dry_run(read_book(), after, now=now).open_clocks
    replace_definition(calendar=Calendar.objects.get(), definition=definition, now=now)
    sweep.run(now)
    moved = [clock for clock in Clock.objects.exclude(calendar=None) if clock.due_at != dues[clock.pk]]
    missed = Clock.objects.filter(breach_cause="calendar_edit")
    assert found is not None
    assert (found.moved, found.missed_at_once) == (len(moved), missed.count())
    assert sorted(found.missed) == sorted(missed.values_list("ticket_id", flat=True))


def test_how_far_it_came_is_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = [answered(cast, "p0", 12 * MINUTE) for _ in range(3)]
    monkeypatch.setattr(module, "MOST_TICKETS", 2)
    book = read_book()
    found = run(book, with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes")))
    assert (found.looked_at, found.cut_at) == (2, tickets[0].created_at)
    assert run(book, with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes")), most_seconds=-1).looked_at == 0


def test_a_batch_costs_the_same_queries_however_many_tickets_are_in_it(cast: Cast) -> None:
    counts = []
    for more in (1, 8):
        for _ in range(more):
            answered(cast, "p0", 12 * MINUTE)
        book = read_book()
        after = with_first_response(book, cast.plan.pk, "p0", Cell(5, "minutes"))
        with CaptureQueriesContext(connection) as asked:
            run(book, after)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_batches_follow_each_other_without_a_gap(cast: Cast) -> None:
    tickets = [answered(cast, "p0", 12 * MINUTE) for _ in range(5)]
    assert [life.pk for life in module.read_lives(Ticket.objects.all(), batch=2)] == [
        ticket.pk for ticket in reversed(tickets)
    ]


def test_the_review_page_names_the_tickets(cast: Cast) -> None:
    from_page = Client()
    from_page.force_login(cast.ada)
    ticket = answered(cast, "p0", 12 * MINUTE, at=dt.datetime.now(dt.UTC) - HOUR)
    address = f"/admin/sla/contract/add/?for={cast.acme.name}"
    form = from_page.get(address).context["form"]
    fields = {field.html_name: field.value() or "" for part in (form, *form.rows) for field in part}
    text = from_page.post(address, fields | {"p0-first_response_amount": "5", "act": "review"}).content.decode()
    assert "First response: 1 ticket more would have been missed" in text
    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in text
