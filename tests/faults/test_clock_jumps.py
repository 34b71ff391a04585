"""The machine's clock is moved between sweeps: no step is taken twice, and none before its time."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from delivery.models import OutboundMessage
from delivery.sending import send_due
from escalation import sweep
from escalation.models import Escalation
from notifications import fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets.models import Clock, Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
FIRST, GRACE, STEPS = 15 * MINUTE, 30 * MINUTE, 3  # a P0's first response, its grace, and how often it can climb
JUMPS = {
    "an hour back": -HOUR, "an hour on": HOUR, "a day back": -DAY, "a day on": DAY, "a second back": -MINUTE / 60,
}  # fmt: skip


def look(now: dt.datetime) -> None:
    sweep.run(now)
    fan_out.run(now)
    send_due(now)


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("after", [14, 16, 44, 47, 74, 78], ids=lambda minutes: f"after {minutes} min")
def test_a_clock_that_jumps_there_and_back_climbs_each_step_once(cast: Cast, jump: dt.timedelta, after: int) -> None:
    ticket = file_ticket(cast, severity="p0")
    true_time = [NOW + minutes * MINUTE for minutes in range(180)]
    latest = NOW
    for now in true_time:
        # For ten minutes the clock is wrong; then it is put right.
        wrong = now + jump if NOW + after * MINUTE <= now < NOW + (after + 10) * MINUTE else now
        latest = max(latest, wrong)
        look(wrong)
        _check_nothing_is_early(ticket, seen=latest)
    for now in (NOW + DAY + 4 * HOUR, NOW + DAY + 5 * HOUR, NOW + DAY + 6 * HOUR):
        look(now)
    _check_each_step_once(ticket)


def _check_nothing_is_early(ticket: Ticket, *, seen: dt.datetime) -> None:
    """No step before what the latest clock seen allows, and each at least a grace after the one before."""
    steps = list(Escalation.objects.filter(ticket=ticket).order_by("step_no"))
    previous = NOW + FIRST - GRACE
    for step in steps:
        assert step.created_at >= previous + GRACE
        assert step.created_at <= seen
        previous = step.created_at
    for clock in Clock.objects.filter(ticket=ticket).exclude(breached_at=None):
        assert clock.due_at
        assert clock.breached_at
        assert clock.due_at <= clock.breached_at <= seen
    for event in TicketEvent.objects.filter(ticket=ticket, kind="breached"):
        assert event.at >= NOW + FIRST


def _check_each_step_once(ticket: Ticket) -> None:
    assert list(ticket.escalations.order_by("step_no").values_list("step_no", "target")) == [
        (1, "t2"), (2, "rnd"), (3, "manager"),
    ]  # fmt: skip
    kinds = Counter(TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True))
    assert (kinds["escalated"], kinds["manager_paged"]) == (2, 1)
    assert kinds["breached"] == Clock.objects.filter(ticket=ticket).exclude(breached_at=None).count()
    assert not TicketEvent.objects.owed().exists()
    assert set(Counter(Notice.objects.values_list("event", "recipient", "channel")).values()) == {1}
    assert set(OutboundMessage.objects.values_list("state", "attempts")) == {("sent", 1)}
