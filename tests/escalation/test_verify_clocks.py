"""The stored clocks are a cache: what differs from the ledger is found, named and mended, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from escalation import sweep
from escalation.actions import request_escalation
from escalation.models import PromiseClock
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Clock, ClockSegment, Ticket

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(cast: Cast) -> Clock:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which build?", now=NOW + HOUR)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2.1", now=NOW + 2 * HOUR)
    return ticket.clocks.get(kind="resolution")


def verify(capsys: Any, *options: str) -> tuple[str, int]:
    try:
        call_command("verify_clocks", *options)
    except SystemExit as end:
        return capsys.readouterr().out, int(end.code or 0)
    return capsys.readouterr().out, 0


def test_a_sound_database_says_so(clock: Clock, capsys: Any) -> None:
    assert verify(capsys) == ("2 clocks verified, 0 differ\n", 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("due_at", NOW),
        ("due_at", None),
        ("at_risk_at", NOW),
        ("state", "paused"),
        ("stopped_at", NOW),
    ],
)
def test_each_damaged_column_is_found_and_mended(clock: Clock, capsys: Any, column: str, value: Any) -> None:
    sound = Clock.objects.values().get(pk=clock.pk)
    Clock.objects.filter(pk=clock.pk).update(**{column: value})

    said, code = verify(capsys)
    assert f"#{clock.ticket_id} resolution: {column} is" in said
    assert code == 1
    said, code = verify(capsys, "--fix")
    assert (said.splitlines()[-1].split(", ", 1)[0], code) == ("2 clocks verified", 0)

    assert Clock.objects.values().get(pk=clock.pk) == sound
    assert verify(capsys)[1] == 0


@pytest.mark.parametrize(
    ("column", "value"), [("next_due_at", None), ("check_at", None), ("check_at", NOW + 9999 * HOUR)]
)
def test_a_ticket_that_would_be_looked_at_too_late_is_found_and_mended(
    clock: Clock, capsys: Any, column: str, value: Any
) -> None:
    Ticket.objects.filter(pk=clock.ticket_id).update(**{column: value})

    assert f"#{clock.ticket_id} ticket: {column} is" in verify(capsys)[0]
    assert verify(capsys, "--fix")[1] == 0
    assert verify(capsys)[1] == 0


def test_a_damaged_ledger_is_named_and_not_papered_over(clock: Clock, capsys: Any) -> None:
    ClockSegment.objects.filter(clock=clock, step="resumed").delete()

    said, code = verify(capsys, "--fix")

    assert "last line while open is paused" in said
    assert code == 1


def test_a_breach_is_never_taken_back(cast: Cast, capsys: Any) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    sweep.run(NOW + HOUR)
    breached = ticket.clocks.get(kind="first_response")
    Clock.objects.filter(pk=breached.pk).update(state="running")

    assert verify(capsys, "--fix")[1] == 0

    again = Clock.objects.get(pk=breached.pk)
    assert (again.state, again.breached_at) == ("breached", breached.breached_at)


def test_one_ticket_alone_can_be_asked_for(cast: Cast, capsys: Any) -> None:
    first, second = file_ticket(cast), file_ticket(cast)
    Clock.objects.filter(ticket=first).update(due_at=NOW)

    assert verify(capsys, "--ticket", str(second.pk)) == ("2 clocks verified, 0 differ\n", 0)


def test_the_number_of_queries_does_not_grow_with_the_tickets(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(12):
        file_ticket(cast)

    # The rules of the ladder, who is parked; a batch, its clocks, their segments, its promises; the empty batch at the end.
    with django_assert_num_queries(9):
        call_command("verify_clocks")


@pytest.fixture
def promise(cast: Cast) -> PromiseClock:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    request_escalation(
        ticket=ticket, by=cast.alice, reason="business", body="", submission_key=uuid.uuid4(), now=NOW + HOUR
    )
    return PromiseClock.objects.get(ticket=ticket)


@pytest.mark.parametrize(
    ("column", "value"),
    [("due_at", NOW), ("state", "met"), ("stopped_at", NOW), ("check_at", None), ("check_at", NOW + 99 * HOUR)],
)
def test_a_damaged_promise_is_found_and_mended(promise: PromiseClock, capsys: Any, column: str, value: Any) -> None:
    sound = PromiseClock.objects.values().get(pk=promise.pk)
    assert verify(capsys) == ("3 clocks verified, 0 differ\n", 0)
    PromiseClock.objects.filter(pk=promise.pk).update(**{column: value})

    assert f"#{promise.ticket_id} acknowledge {promise.pk}: {column} is" in verify(capsys)[0]
    assert verify(capsys, "--fix")[1] == 0

    assert PromiseClock.objects.values().get(pk=promise.pk) == sound


def test_a_promise_without_its_first_line_is_named(promise: PromiseClock, capsys: Any) -> None:
    promise.segments.all().delete()
    said, code = verify(capsys, "--fix")
    assert f"acknowledge {promise.pk}: first line is None, should be started" in said
    assert code == 1


@pytest.mark.parametrize("check_at", [None, NOW + 9999 * HOUR])
def test_a_step_that_nobody_would_look_for_is_found_and_mended(cast: Cast, capsys: Any, check_at: Any) -> None:
    """Both clocks are missed, so only the ladder's grace says when the ticket is worth a look."""
    ticket = file_ticket(cast, severity="p0", now=NOW)
    sweep.run(NOW + 16 * HOUR / 60)
    sweep.run(NOW + 5 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).tier == "rnd"
    Ticket.objects.filter(pk=ticket.pk).update(check_at=check_at)

    assert f"#{ticket.pk} ticket: check_at is" in verify(capsys)[0]
    assert verify(capsys, "--fix")[1] == 0
    assert verify(capsys)[1] == 0
    assert sweep.run(timezone.now()).escalated == 1


def test_a_ticket_whose_ladder_is_at_its_end_needs_no_look(cast: Cast, capsys: Any) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    for hours in (5, 6, 7):
        sweep.run(NOW + hours * HOUR)
    assert Ticket.objects.values_list("manager_paged_at", "check_at").get(pk=ticket.pk) == (NOW + 7 * HOUR, None)
    assert verify(capsys)[1] == 0


def test_a_parked_ticket_is_not_called_late_and_unreadable_terms_are_named(cast: Cast, capsys: Any) -> None:
    now = timezone.now()
    ticket = file_ticket(cast, severity="p0", now=now - 5 * HOUR)
    sweep.run(now - 4 * HOUR)
    Ticket.objects.filter(pk=ticket.pk).update(sla_terms={})
    assert sweep.run(now).failed == 1

    said, code = verify(capsys)

    assert "check_at" not in said
    assert "sla_terms is {}" in said
    assert code == 1
