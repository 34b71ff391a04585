"""The sweep's pulse: who notices that it is dead or late, how often that is told, and who reads of it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery.models import OutboundMessage
from escalation import health, sweep
from escalation.models import Heartbeat, ParkedTicket
from tests.cast import NOW, Cast, file_ticket
from tickets.models import Ticket

MINUTE = dt.timedelta(minutes=1)


def beat(now: dt.datetime) -> None:
    health.beating(now, lambda: sweep.run(now).looked_at)


def alarms() -> list[str]:
    return list(OutboundMessage.objects.filter(idempotency_key__startswith="health:").values_list("address", flat=True))


def test_a_sweep_leaves_its_heartbeat(cast: Cast) -> None:
    file_ticket(cast, severity="p0")
    beat(NOW + 16 * MINUTE)
    row = Heartbeat.objects.get()
    assert (row.job, row.finished_at, row.looked_at) == ("sweep", NOW + 16 * MINUTE, 1)
    assert row.lag >= 60
    assert health.pulse(NOW + 17 * MINUTE).is_well


def test_a_silent_sweep_is_told_to_administrators_once_and_so_is_its_end(cast: Cast) -> None:
    beat(NOW)
    health.watch(NOW + 2 * MINUTE)
    assert alarms() == []
    for minutes in (3, 4, 5):
        assert health.watch(NOW + minutes * MINUTE).is_silent
    assert alarms() == [cast.ada.email]
    beat(NOW + 6 * MINUTE)
    beat(NOW + 7 * MINUTE)
    assert alarms() == [cast.ada.email] * 2
    assert Heartbeat.objects.get().alarmed_at is None


def test_looks_that_wait_too_long_are_an_alarm_though_the_heart_beats(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    health.beating(NOW, lambda: 0)
    Ticket.objects.filter(pk=ticket.pk).update(check_at=NOW - 3 * MINUTE)
    seen = health.watch(NOW)
    assert (seen.is_silent, seen.is_late) == (False, True)
    assert alarms() == [cast.ada.email]


def test_a_sweep_that_throws_does_not_count_as_finished(cast: Cast) -> None:
    beat(NOW)
    with pytest.raises(ZeroDivisionError):
        health.beating(NOW + MINUTE, lambda: 1 // 0)
    assert Heartbeat.objects.get().finished_at == NOW


def test_a_site_that_begins_with_overdue_tickets_is_given_the_time_of_a_first_sweep(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    Ticket.objects.filter(pk=ticket.pk).update(check_at=NOW - 60 * MINUTE)
    for seconds in (0, 5, 10):
        health.watch(NOW + dt.timedelta(seconds=seconds))
    assert alarms() == []
    health.watch(NOW + 3 * MINUTE)
    assert alarms() == [cast.ada.email]


def test_two_who_look_at_a_site_in_its_first_second_sound_no_alarm(cast: Cast, monkeypatch) -> None:
    before = health.pulse(NOW)
    health.watch(NOW)
    monkeypatch.setattr(health, "pulse", lambda now: before)  # the other one read before the first one wrote
    health.watch(NOW)
    assert alarms() == []


def test_a_sweep_that_throws_from_the_very_first_is_noticed(cast: Cast) -> None:
    for minutes in range(4):
        with pytest.raises(ZeroDivisionError):
            health.beating(NOW + minutes * MINUTE, lambda: 1 // 0)
    health.watch(NOW + 3 * MINUTE)
    assert alarms() == [cast.ada.email]


def test_the_supervisors_page_says_that_the_sweep_is_dead(cast: Cast) -> None:
    assert Client().get("/healthz").status_code == 503
    beat(timezone.now())
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"well\n")


def test_a_parked_ticket_is_shown_with_its_error_and_tried_again_on_request(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    terms = ticket.sla_terms
    Ticket.objects.filter(pk=ticket.pk).update(sla_terms={})
    now = timezone.now()
    beat(now)
    assert ParkedTicket.objects.get().times == 1
    client = Client()
    client.force_login(cast.ada)
    page = client.get(reverse("escalation:health")).content.decode()
    assert ticket.subject in page
    assert "KeyError" in page
    Ticket.objects.filter(pk=ticket.pk).update(sla_terms=terms)
    assert client.post(reverse("escalation:try_parked", args=[ticket.pk])).status_code == 302
    beat(timezone.now())
    assert not ParkedTicket.objects.exists()
    assert "No ticket is parked." in client.get(reverse("escalation:health")).content.decode()


@pytest.mark.parametrize("who", ["alice", "erin", "mona"])
def test_nobody_but_managers_and_administrators_finds_the_page(cast: Cast, who: str) -> None:
    ticket = file_ticket(cast)
    client = Client()
    client.force_login(getattr(cast, who))
    assert client.get(reverse("escalation:health")).status_code == 404
    assert client.post(reverse("escalation:try_parked", args=[ticket.pk])).status_code == 404
