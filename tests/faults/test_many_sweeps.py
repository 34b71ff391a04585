"""Two beats and two workers of two threads each, all on one database: each ticket climbs once."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from delivery.models import OutboundMessage
from escalation.models import Escalation
from notifications.models import Notice
from tests.cast import file_ticket, make_cast
from tests.faults.processes import beat, until, worker
from tickets.models import Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKETS = 60


def test_two_beats_and_four_sweeps_escalate_each_ticket_once(tmp_path: Path) -> None:
    cast, overdue = make_cast(), timezone.now() - dt.timedelta(minutes=16)
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(worker(tmp_path, f"worker-{number}", SWEEP_SECONDS="1")) for number in (1, 2)]
        beats = [stack.enter_context(beat(tmp_path, f"beat-{number}", SWEEP_SECONDS="1")) for number in (1, 2)]
        until(lambda: all("ready" in each.words() for each in workers), within=60)
        for number in range(TICKETS):
            file_ticket(cast, severity="p0", now=overdue, subject=f"Nobody can join {number}")
        until(
            lambda: (
                Escalation.objects.count() >= TICKETS
                and not TicketEvent.objects.owed().exists()
                and not OutboundMessage.objects.exclude(state="sent").exists()
            ),
            within=90,
            why=lambda: "\n".join(each.words() for each in [*workers, *beats]),
        )
        until(lambda: all(each.words().count("sweep") > 4 for each in workers), within=30)
        assert all(each.running.poll() is None for each in [*workers, *beats])
    assert set(Counter(Escalation.objects.values_list("ticket", flat=True)).values()) == {1}
    assert Escalation.objects.count() == TicketEvent.objects.filter(kind="escalated").count() == TICKETS
    assert set(Ticket.objects.values_list("tier", "step_no")) == {("t2", 1)}
    assert set(Counter(Notice.objects.values_list("event", "recipient", "channel")).values()) == {1}
    assert set(OutboundMessage.objects.values_list("state", "attempts")) == {("sent", 1)}
