"""The stored clocks are a cache: what differs from the ledger is found, named and mended, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command

from escalation import sweep
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

    with django_assert_num_queries(4):  # a batch, its clocks, their segments, and the empty batch at the end
        call_command("verify_clocks")
