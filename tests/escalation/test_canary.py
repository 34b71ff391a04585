"""The hourly proof: it goes through the real sweep and fan-out, is seen by nobody, and its failure is told once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from delivery.models import OutboundMessage
from escalation import canary, sweep
from escalation.models import CanaryRun, Commitment, Escalation, Heartbeat
from notifications.fan_out import run as fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Category, Ticket, TicketEvent

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def alarms() -> list[str]:
    rows = OutboundMessage.objects.filter(idempotency_key__startswith="health:canary:").order_by("pk")
    return [each.subject for each in rows]


def test_a_canary_climbs_by_the_real_sweep_and_is_cleared_away(cast: Cast) -> None:
    canary.run(NOW)
    ticket = Ticket.objects.get(is_canary=True)

    assert sweep.run(NOW + MINUTE).escalated == 1
    ticket.refresh_from_db()
    assert (ticket.tier, ticket.step_no) == ("t2", 1)
    canary.run(NOW + MINUTE)
    assert CanaryRun.objects.get().told_at is None  # nobody took up its event yet
    fan_out(NOW + 2 * MINUTE)
    canary.run(NOW + 3 * MINUTE)

    run = CanaryRun.objects.get()
    assert (run.ticket, run.escalated_at, run.told_at) == (None, NOW + MINUTE, NOW + 2 * MINUTE)
    assert not Ticket.objects.filter(is_canary=True).exists()
    assert not Escalation.objects.exists()
    assert not TicketEvent.objects.exists()
    assert (alarms(), Notice.objects.count()) == ([], 0)
    shown = canary.proof(NOW + 4 * MINUTE)
    assert (shown.is_well, shown.climbed_for, shown.told_for) == (True, MINUTE, 2 * MINUTE)


def test_it_takes_one_step_and_no_more(cast: Cast) -> None:
    canary.run(NOW)
    for minutes in range(1, 40):
        sweep.run(NOW + minutes * MINUTE)
    assert [each.target for each in Escalation.objects.all()] == ["t2"]


def test_one_an_hour_however_often_it_is_called(cast: Cast) -> None:
    for minutes in range(60):
        now = NOW + minutes * MINUTE
        canary.run(now)
        sweep.run(now)
        fan_out(now)
    assert CanaryRun.objects.count() == 1
    canary.run(NOW + HOUR)
    assert CanaryRun.objects.count() == 2


def test_a_sweep_that_does_not_come_is_told_once_and_so_is_its_end(cast: Cast) -> None:
    canary.run(NOW)
    for minutes in range(1, 60):
        canary.run(NOW + minutes * MINUTE)
    assert alarms() == ["Escalation's hourly proof failed: an overdue ticket did not climb"]
    run = CanaryRun.objects.get()
    assert (run.why, run.failed_at, run.ticket) == ("no_step", NOW + 6 * MINUTE, None)
    assert not canary.proof(NOW + HOUR).is_well
    assert not Ticket.objects.filter(is_canary=True).exists()

    canary.run(NOW + HOUR)
    canary.run(NOW + HOUR + 6 * MINUTE)
    assert len(alarms()) == 1  # it failed again: they know

    canary.run(NOW + 2 * HOUR)
    sweep.run(NOW + 2 * HOUR + MINUTE)
    fan_out(NOW + 2 * HOUR + MINUTE)
    canary.run(NOW + 2 * HOUR + 2 * MINUTE)
    assert alarms()[1:] == ["Escalation's hourly proof works again"]
    assert Heartbeat.objects.get(job="canary").alarmed_at is None


def test_a_step_that_nobody_takes_up_to_tell_is_an_alarm_of_its_own(cast: Cast) -> None:
    canary.run(NOW)
    sweep.run(NOW + MINUTE)
    canary.run(NOW + 14 * MINUTE)
    assert alarms() == []
    canary.run(NOW + 16 * MINUTE)
    assert alarms() == ["Escalation's hourly proof failed: the step was told to nobody"]
    assert CanaryRun.objects.get().why == "not_told"


def test_an_administrator_reads_the_alarm_in_their_language(cast: Cast) -> None:
    User.objects.filter(pk=cast.ada.pk).update(language="zh-hans")
    canary.run(NOW)
    canary.run(NOW + 6 * MINUTE)
    message = OutboundMessage.objects.get(idempotency_key__startswith="health:canary:")
    assert message.address == cast.ada.email
    assert "升级" in message.subject


@pytest.mark.parametrize("who", ["alice", "olga", "mallory", "erin", "frank", "mona", "max", "ada"])
def test_nobody_sees_the_canary(cast: Cast, who: str) -> None:
    canary.run(NOW)
    sweep.run(NOW + MINUTE)
    ticket, user = Ticket.objects.get(is_canary=True), getattr(cast, who)
    assert not Ticket.objects.visible_to(user).exists()
    assert not Commitment.objects.visible_to(user).exists()
    assert not Escalation.objects.visible_to(user).exists()
    client = Client()
    client.force_login(user)
    staff = [
        reverse("admin:tickets_ticket_changelist") + "?view=all",
        reverse("admin:escalation_commitment_changelist"),
        reverse("admin:escalation_escalation_changelist"),
        reverse("admin:tickets_ticket_change", args=[ticket.pk]),
    ]
    ours = [reverse("tickets:list") + "?show=all", ticket.get_absolute_url()]
    for address in staff if user.is_staff else ours:
        page = client.get(address)
        assert "Canary" not in page.content.decode(), address
    assert client.get(ticket.get_absolute_url()).status_code == 404


def test_on_call_people_are_neither_mailed_nor_paged(cast: Cast, settings) -> None:
    settings.PAGE_WEBHOOK_URL = "https://pager.example/hook"
    canary.run(NOW)
    sweep.run(NOW + MINUTE)
    fan_out(NOW + MINUTE)
    assert (Notice.objects.count(), OutboundMessage.objects.count()) == (0, 0)


def test_only_a_canary_is_ever_cleared_away(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.clear_canary(ticket_id=ticket.pk)
    assert Ticket.objects.filter(pk=ticket.pk).exists()


def test_a_site_that_is_not_set_up_yet_has_nothing_to_prove(db: None) -> None:
    canary.run(NOW)
    assert not CanaryRun.objects.exists()
    Category.objects.all().delete()
    canary.run(NOW)
    assert canary.proof(NOW).is_well


def test_old_runs_are_forgotten(cast: Cast) -> None:
    CanaryRun.objects.create(started_at=NOW - 31 * 24 * HOUR, told_at=NOW - 31 * 24 * HOUR)
    canary.run(NOW)
    assert CanaryRun.objects.get().started_at == NOW


def test_a_proof_that_nobody_runs_any_more_is_not_well(cast: Cast) -> None:
    canary.run(NOW)
    assert not canary.proof(NOW + HOUR).is_missed
    assert canary.proof(NOW + 3 * HOUR).is_missed


@pytest.mark.django_db(transaction=True)
def test_two_workers_file_one_canary_and_clear_it_once(cast: Cast) -> None:
    def at_once(now: dt.datetime) -> None:
        def look() -> None:
            try:
                canary.run(now)
            finally:
                connection.close()

        threads = [threading.Thread(target=look) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    at_once(NOW)
    assert CanaryRun.objects.count() == 1
    at_once(NOW + 6 * MINUTE)
    assert len(alarms()) == 1


def test_the_health_page_shows_the_last_success_and_how_long_it_took(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    canary.run(NOW)
    sweep.run(NOW + MINUTE)
    fan_out(NOW + 2 * MINUTE)
    canary.run(NOW + 2 * MINUTE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 5 * MINUTE)
    client = Client()
    client.force_login(cast.ada)
    with django_assert_max_num_queries(20):
        page = client.get(reverse("escalation:health")).content.decode()
    assert "8 Jun 2026, 10:02 (Asia/Shanghai)" in page
    assert "1 min from filing to the step; 2 min until it was taken up to be told" in page


def test_the_health_page_says_what_failed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    canary.run(NOW)
    canary.run(NOW + 6 * MINUTE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 7 * MINUTE)
    client = Client()
    client.force_login(cast.ada)
    page = client.get(reverse("escalation:health")).content.decode()
    assert "an overdue ticket did not climb" in page
    assert "Last failure" in page
