"""Several fan-outs and several senders at once, over real connections."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from pytest_django import Settings

from delivery.models import OutboundMessage
from delivery.sending import send_due
from notifications import fan_out
from notifications.models import Notice
from tests.cast import NOW, file_ticket, make_cast
from tickets import actions
from tickets.models import TicketEvent

WORKERS = 4


def at_once(work: Callable[[], Any]) -> list[Any]:
    """What each of several threads, started together, made of the same work."""
    gate, results, errors = threading.Barrier(WORKERS), [], []

    def run() -> None:
        try:
            gate.wait(10)
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not errors
    return results


def file_many() -> int:
    cast = make_cast()
    for number in range(15):
        ticket = file_ticket(cast, severity="p1", subject=f"Ticket {number}")
        actions.reply(ticket=ticket, by=cast.erin, body="Hello.", now=NOW + dt.timedelta(minutes=1))
    return TicketEvent.objects.count()


@pytest.mark.django_db(transaction=True)
def test_any_number_of_fan_outs_tell_each_event_once() -> None:
    events = file_many()
    tallies = at_once(lambda: fan_out.run(NOW))
    assert sum(tally.events for tally in tallies) == events == 30
    assert sum(tally.failed for tally in tallies) == 0
    assert not TicketEvent.objects.owed().exists()
    told = Counter(Notice.objects.values_list("event", "recipient", "channel"))
    assert set(told.values()) == {1}
    # Each ticket: a receipt and an answer for Alice; a notice of its opening for Erin.
    assert OutboundMessage.objects.count() == 15 * 3
    assert Notice.objects.filter(channel="email").count() == OutboundMessage.objects.count()


@pytest.mark.django_db(transaction=True)
def test_any_number_of_senders_send_each_message_once(settings: Settings) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    file_many()
    fan_out.run(NOW)
    tallies = at_once(lambda: send_due(NOW))
    assert sum(tally.sent for tally in tallies) == 45
    ids = Counter(sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert len(ids) == 45
    assert set(ids.values()) == {1}
    assert set(OutboundMessage.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_fan_out_that_holds_an_event_makes_no_other_wait_for_it() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time")
    file_many()
    first = TicketEvent.objects.owed().first()
    assert first
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT 1 FROM tickets_ticketevent WHERE id = %s FOR UPDATE", [first.pk])
                held.set()
                done.wait(60)
                cursor.execute("ROLLBACK")
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert fan_out.run(NOW).events == 29
    finally:
        done.set()
        holder.join(10)
    assert fan_out.run(NOW).events == 1
