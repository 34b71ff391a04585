"""`kill -9` of workers in the middle of their work: everything happens in the end, once, and never too early."""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Count

from delivery.models import OutboundMessage
from escalation.models import Escalation
from notifications.models import Notice
from tests.cast import NOW, file_ticket, make_cast
from tests.delivery.mail_servers import Postbox, serving
from tests.faults.crew import Crew
from tests.faults.processes import until
from tickets.models import Clock, Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("FAULTS_KILLS", "15"))
TICKETS = 60
MINUTE = dt.timedelta(minutes=1)
# A P0 is overdue after 15 minutes; 30 more later it climbs again, and 30 more later its manager is paged.
PHASES = {NOW + 16 * MINUTE: 1, NOW + 47 * MINUTE: 2, NOW + 78 * MINUTE: 3}


def test_killed_workers_lose_nothing_double_nothing_and_hurry_nothing(tmp_path: Path) -> None:
    cast = make_cast()
    for number in range(TICKETS):
        file_ticket(cast, severity="p0", subject=f"Nobody can join {number}")
    postbox, chance = Postbox(), random.Random(20260608)
    with serving(postbox) as port, Crew(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{port}") as crew:
        kills_in_work = 0
        for phase, (now, steps) in enumerate(PHASES.items()):
            crew.say(now)
            crew.fork()
            crew.fork()
            for _kill in range(KILLS // len(PHASES) + (phase < KILLS % len(PHASES))):
                time.sleep(chance.uniform(0.02, 0.35))
                kills_in_work += _is_work_left(now, steps)
                crew.kill(chance.choice(crew.workers))
                crew.fork()
            until(lambda now=now, steps=steps: not _is_work_left(now, steps), within=90)
            while crew.workers:
                crew.kill(crew.workers[0])
        # Mails whose sender was killed go out when its lease is over.
        crew.say(max(PHASES) + 10 * MINUTE)
        crew.fork()
        until(lambda: set(OutboundMessage.objects.values_list("state", flat=True)) == {"sent"}, within=90)
    assert kills_in_work >= KILLS // 3  # else it was not tried
    _check_the_steps()
    _check_the_notices()
    _check_the_mails(postbox)
    print(f"{KILLS} kills, {kills_in_work} of them while work was left; {len(postbox.received)} mails")


def _is_work_left(now: dt.datetime, steps: int) -> bool:
    """Is a step, a notice, or a mail that nobody holds still owed at `now`?"""
    return (
        Escalation.objects.count() < TICKETS * steps
        or TicketEvent.objects.owed().exists()
        or OutboundMessage.objects.due(now).exists()
    )


def _check_the_steps() -> None:
    steps = Counter(Escalation.objects.values_list("ticket", "step_no"))
    assert steps == Counter(
        {(ticket, step): 1 for ticket in Ticket.objects.values_list("pk", flat=True) for step in (1, 2, 3)}
    )
    for escalation in Escalation.objects.all():
        assert escalation.created_at == sorted(PHASES)[escalation.step_no - 1]
        assert escalation.created_at >= NOW + (15 + 30 * (escalation.step_no - 1)) * MINUTE
    kinds = Counter(TicketEvent.objects.values_list("kind", flat=True))
    assert (kinds["escalated"], kinds["manager_paged"]) == (2 * TICKETS, TICKETS)
    breached = Clock.objects.exclude(breached_at=None)
    assert (breached.count(), kinds["breached"]) == (TICKETS, TICKETS)
    assert all(clock.due_at and clock.breached_at and clock.breached_at >= clock.due_at for clock in breached)
    assert all(event.at >= NOW + 15 * MINUTE for event in TicketEvent.objects.filter(kind="breached"))
    assert set(Ticket.objects.values_list("tier", "step_no")) == {("rnd", 3)}


def _check_the_notices() -> None:
    assert not TicketEvent.objects.owed().exists()
    told = Counter(Notice.objects.values_list("event", "recipient", "channel"))
    assert set(told.values()) == {1}
    # The same kind of event was told to the same number of people on every ticket: none lost half of its notices.
    each = set(TicketEvent.objects.annotate(told=Count("notices")).values_list("kind", "at", "told"))
    assert len(each) == len({row[:2] for row in each}), each
    assert Notice.objects.filter(channel="email").count() == OutboundMessage.objects.count()


def _check_the_mails(postbox: Postbox) -> None:
    received = Counter(mail["Message-ID"] for mail in postbox.received)
    assert len(received) == OutboundMessage.objects.count()
    assert len(postbox.received) - len(received) <= KILLS
