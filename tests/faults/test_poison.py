"""Five rows in each queue that cannot be worked on: the others are, and the five are put aside with a reason."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.core import mail
from pytest_django import Settings

from delivery.actions import owe_email, owe_webhook, send_again
from delivery.models import OutboundMessage
from delivery.sending import send_due
from escalation import sweep
from escalation.models import Escalation, ParkedTicket
from notifications import fan_out
from notifications.models import Notice, StuckEvent
from tests.cast import NOW, Cast, file_ticket
from tickets.models import Clock, Ticket, TicketEvent

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
MINUTE = dt.timedelta(minutes=1)
LATE = NOW + 16 * MINUTE


def test_tickets_that_cannot_be_looked_at_hold_up_no_other(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    bad = [file_ticket(cast, severity="p0") for _ in range(5)]
    good = [file_ticket(cast, severity="p0") for _ in range(5)]
    bad_keys = [ticket.pk for ticket in bad]
    clocks = Clock.objects.filter(ticket__in=bad_keys)
    kept = dict(clocks.values_list("pk", "calendar"))
    terms = Ticket.objects.values_list("sla_terms", flat=True).get(pk=bad[0].pk)
    Ticket.objects.filter(pk__in=bad_keys).update(sla_terms={"nonsense": True})
    with caplog.at_level(logging.ERROR):
        tally = sweep.run(LATE)
    assert (tally.escalated, tally.failed) == (5, 5)
    assert set(Escalation.objects.values_list("ticket", flat=True)) == {ticket.pk for ticket in good}
    assert all(f"ticket {pk} could not be looked at" in caplog.text for pk in bad_keys)
    assert not TicketEvent.objects.filter(ticket__in=bad_keys).exclude(kind="opened").exists()  # nothing half done
    assert set(ParkedTicket.objects.values_list("ticket", flat=True)) == set(bad_keys)
    # Put aside for an hour, not for ever: mended, they climb.
    assert sweep.run(LATE).failed == 0
    Ticket.objects.filter(pk__in=bad_keys).update(sla_terms=terms)
    sweep.run(LATE + 61 * MINUTE)
    assert set(Ticket.objects.filter(pk__in=bad_keys).values_list("tier", flat=True)) == {"t2"}
    assert not ParkedTicket.objects.exists()
    assert dict(clocks.values_list("pk", "calendar")) == kept


def test_events_that_cannot_be_told_hold_up_no_other(cast: Cast) -> None:
    for _ in range(10):
        file_ticket(cast, severity="p1")
    bad = list(TicketEvent.objects.order_by("pk").values_list("pk", flat=True)[:5])
    TicketEvent.objects.filter(pk__in=bad).update(data=["a list", "where facts are expected"], kind="escalated")
    assert (fan_out.run(NOW).failed, StuckEvent.objects.count()) == (5, 5)
    assert TicketEvent.objects.owed().count() == 5
    for minutes in (1, 10, 60, 600):
        fan_out.run(NOW + minutes * MINUTE)
    for stuck in StuckEvent.objects.all():
        assert (stuck.attempts, stuck.next_attempt_at) == (3, None)
        assert stuck.last_error
    assert not Notice.objects.filter(event__in=bad).exists()


def test_messages_that_cannot_be_sent_hold_up_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    text = {
        "subject": "Hello",
        "body_text": "Text",
        "now": NOW,
        "is_urgent": True,
    }  # urgent: they stand before the others
    owe_email(key="no address", address="", **text)
    owe_email(key="two addresses", address="a@example.test, b@example.test", **text)
    owe_email(
        key="a header of two lines", address="a@example.test", headers={"X-Bad": "a\nBcc: b@example.test"}, **text
    )
    owe_email(key="headers that are none", address="a@example.test", **text)
    OutboundMessage.objects.filter(idempotency_key="headers that are none").update(headers=["a list"])
    owe_webhook(key="no endpoint", endpoint="nowhere", payload={}, now=NOW, is_urgent=True)
    for number in range(20):
        owe_email(key=f"good {number}", address=f"good{number}@example.test", **text | {"is_urgent": False})
    assert send_due(NOW).sent == 20
    for minutes in (2, 10, 30, 120, 200, 300):
        send_due(NOW + minutes * MINUTE)
    rows = OutboundMessage.objects.exclude(idempotency_key__startswith="good")
    assert [(row.idempotency_key, row.state, bool(row.last_error)) for row in rows.order_by("pk")] == [
        ("no address", "failed", True), ("two addresses", "failed", True), ("a header of two lines", "failed", True),
        ("headers that are none", "failed", True), ("no endpoint", "failed", True),
    ]  # fmt: skip
    assert len(mail.outbox) == 20
    # A person may have them tried again; that holds up nobody either.
    owe_email(key="good again", address="again@example.test", subject="Hello", body_text="Text", now=NOW)
    assert send_again(ids=[row.pk for row in rows], now=NOW) == 5
    assert send_due(NOW).sent == 1
