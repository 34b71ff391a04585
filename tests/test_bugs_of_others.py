"""Bugs that other helpdesks had in their clocks and ladders, and that must not come here. One bug, one test.

Those that are the calendar's own arithmetic are held there in detail too, in tests/sla/test_calendar.py and test_clock.py; here
each goes through the real actions and the real sweep.

| bug | where it was |
|---|---|
| paused then resolved loses the hold | frappe/helpdesk PR 3776 |
| "overdue by" grows while paused, after the resolution | frappe/helpdesk PR 3709, chatwoot PR 15024 |
| a clock runs on a customer's "thanks" | chatwoot 10178 |
| a change of severity forgets the pause | GLPI 6902 |
| leaving pending breaches at once | GLPI 14148 |
| first response read from a status | frappe |
| reopening escalates at once, or wipes the breach | osTicket 5955, getSLADueDate |
| a note or an acknowledgement stops the clock | zammad 1620 |
| a badge computed in the viewer's zone | frappe/helpdesk PR 3776 |
| a notice repeated each sweep | GLPI 1996 |
| only the first level ever runs | GLPI 5319 |
| a sweep that stops after so many rows | osTicket 4095 |
| an hourly sweep for a promise of 15 minutes | frappe |
| overlapping runs escalate twice | django-helpdesk |
| hold time added as wall clock | ERPNext 47029, frappe/helpdesk PR 2449 |
| deadlines computed at creation only | breeze 6691 |
| 24x7 stored as 00:00-23:59 loses a minute a day | zammad 3180 |
| sparse calendars are due at once | osTicket 6739 |
| holidays looked up by the wrong key | frappe |
| a working Saturday cannot be said | lists of closed days |
| history with today's DST offset | dbt_zendesk 25 |
| a merged ticket still escalates | zammad 904 |
| days off make tickets escalate sooner | django-helpdesk |
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from escalation import sweep
from escalation.models import Escalation
from sla.actions import replace_definition
from sla.models import Calendar
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Clock, Ticket, TicketEvent
from tickets.presenting import ClockView, clock_view

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def clock_of(ticket: Ticket, kind: str = "resolution") -> Clock:
    return Clock.objects.get(ticket=ticket, kind=kind)


def shown(ticket: Ticket, now: dt.datetime, kind: str = "resolution") -> ClockView:
    return clock_view(clock_of(ticket, kind), now)


def resolve(ticket: Ticket, cast: Cast, now: dt.datetime) -> None:
    actions.resolve(ticket=ticket, by=cast.erin, message="Done.", cause="c", fix="f", prevention="p", now=now)


def ask(ticket: Ticket, cast: Cast, now: dt.datetime) -> None:
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which version?", now=now)


def test_a_ticket_that_is_resolved_while_it_waits_keeps_its_hold(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(ticket, cast, NOW + HOUR)
    resolve(ticket, cast, NOW + 12 * HOUR)
    view = shown(ticket, NOW + 12 * HOUR)
    assert (view.state, view.elapsed_seconds) == ("met", 3600)


@pytest.mark.parametrize("then", [ask, resolve])
def test_what_a_clock_is_over_by_stands_while_it_is_paused_and_once_it_is_resolved(cast: Cast, then) -> None:
    ticket = file_ticket(cast, severity="p0")
    then(ticket, cast, NOW + 5 * HOUR)
    views = [shown(ticket, NOW + hours * HOUR) for hours in (5, 9, 200)]
    assert [view.remaining_seconds for view in views] == [-3600] * 3
    assert {view.is_ticking for view in views} == {False}


def test_a_customers_thanks_starts_no_clock_and_no_promise(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.reply(ticket=ticket, by=cast.erin, body="Set it to 4.2.2.", now=NOW + MINUTE)
    Ticket.objects.filter(pk=ticket.pk).update(unpromised_answer_at=None)
    before = list(Clock.objects.filter(ticket=ticket).order_by("pk").values())
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Thanks!", now=NOW + HOUR)
    assert list(Clock.objects.filter(ticket=ticket).order_by("pk").values()) == before
    assert Ticket.objects.get(pk=ticket.pk).unpromised_answer_at is None


def test_a_change_of_severity_keeps_the_pause(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(ticket, cast, NOW + HOUR)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2.1", now=NOW + 3 * HOUR)
    actions.change_severity(ticket=ticket, by=cast.erin, severity="p0", reason="All calls drop", now=NOW + 3 * HOUR)
    assert clock_of(ticket).due_at == NOW + 6 * HOUR  # 4 h of P0 and the 2 h that it waited
    assert clock_of(ticket).breached_at is None


def test_a_ticket_that_goes_on_after_days_of_waiting_has_what_was_left(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(ticket, cast, NOW + HOUR)
    back = NOW + 72 * HOUR
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2.1", now=back)
    assert sweep.run(back).breached == 0
    assert clock_of(ticket).due_at == back + 7 * HOUR


def test_no_status_and_no_owner_is_a_first_response(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.take(ticket=ticket, by=cast.erin, now=NOW + MINUTE)
    actions.start(ticket=ticket, by=cast.erin, now=NOW + MINUTE)
    actions.wait_internally(ticket=ticket, by=cast.erin, now=NOW + MINUTE)
    actions.change_severity(ticket=ticket, by=cast.erin, severity="p0", reason="Worse", now=NOW + MINUTE)
    assert clock_of(ticket, "first_response").stopped_at is None


def test_reopening_keeps_the_breach_and_gives_a_grace_before_the_first_step(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + MINUTE)
    resolve(ticket, cast, NOW + 5 * HOUR)
    back = NOW + 6 * HOUR
    actions.reopen(ticket=ticket, by=cast.alice, reason="Still freezes", now=back)
    steps = [sweep.run(at).escalated for at in (back, back + 29 * MINUTE, back + 30 * MINUTE)]
    assert steps == [0, 0, 1]
    assert clock_of(ticket).breached_at == NOW + 4 * HOUR


def test_neither_a_note_nor_an_acknowledgement_is_an_answer(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.note(ticket=ticket, by=cast.erin, body="Anybody?", now=NOW + MINUTE)
    actions.reply(ticket=ticket, by=cast.erin, body="We got it.", is_automatic=True, now=NOW + MINUTE)
    assert clock_of(ticket, "first_response").stopped_at is None
    assert Ticket.objects.get(pk=ticket.pk).answered_at is None


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_badge_says_the_same_in_every_readers_zone(cast: Cast, zone: str) -> None:
    ticket = file_ticket(cast, severity="p2")
    with timezone.override(zone):
        view = shown(ticket, NOW + 8 * HOUR)  # 18:00 in Shanghai, half an hour after closing
    assert (view.elapsed_seconds, view.is_closed_now) == (int(7.5 * 3600), True)
    assert view.due_at == dt.datetime(2026, 6, 10, 2, 0, tzinfo=dt.UTC)


def test_a_warning_and_a_breach_are_told_once_however_many_sweeps_pass(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    for minutes in range(12, 24):
        sweep.run(NOW + minutes * MINUTE)
    told = Counter(TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True))
    assert (told["at_risk"], told["breached"], told["escalated"]) == (1, 1, 1)


def test_every_level_gets_its_turn(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    tiers = []
    for minutes in (16, 46, 76):
        sweep.run(NOW + minutes * MINUTE)
        row = Ticket.objects.get(pk=ticket.pk)
        tiers.append((row.tier, row.manager_paged_at is not None))
    assert tiers == [("t2", False), ("rnd", False), ("rnd", True)]


def test_one_sweep_looks_at_every_ticket_however_small_its_batches(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 3)
    for _ in range(10):
        file_ticket(cast, severity="p0")
    assert sweep.run(NOW + 16 * MINUTE).escalated == 10


def test_the_sweep_runs_often_enough_for_the_shortest_promise() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"] <= MINUTE


def test_a_second_run_over_the_same_tickets_takes_no_second_step(cast: Cast) -> None:
    file_ticket(cast, severity="p0")
    for _ in range(3):
        sweep.run(NOW + 16 * MINUTE)
    assert Escalation.objects.count() == 1


def calendar_with(**changes: object) -> None:
    calendar = Calendar.objects.get()
    replace_definition(calendar=calendar, definition={**calendar.definition, **changes}, now=NOW)


def test_what_a_ticket_waited_is_not_added_as_wall_clock(cast: Cast) -> None:
    friday = NOW + 4 * 24 * HOUR + 6 * HOUR  # 16:00: half an hour runs, then it waits over the weekend
    ticket = file_ticket(cast, severity="p2", now=friday)
    ask(ticket, cast, friday + HOUR / 2)
    monday = friday + 64.5 * HOUR  # 8:30, before opening; by the wall it waited 64 hours
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2", now=monday)
    # 16.5 of its 17 hours are left: Monday's 8.5, and 8 of Tuesday.
    assert clock_of(ticket).due_at == dt.datetime(2026, 6, 16, 9, 0, tzinfo=dt.UTC)


def test_a_deadline_follows_a_holiday_that_is_announced_later(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW + 6 * HOUR)  # 16:00, due on Tuesday at 11:30
    calendar_with(holidays=["2026-06-09"])
    sweep.run(NOW + 7 * HOUR)
    assert clock_of(ticket, "first_response").due_at == NOW + 49.5 * HOUR  # on Wednesday at 11:30


def test_around_the_clock_loses_no_minute_at_midnight(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW + 10 * HOUR)  # 20:00, over midnight
    assert clock_of(ticket).due_at == NOW + 18 * HOUR
    resolve(ticket, cast, NOW + 18 * HOUR)
    assert (clock_of(ticket).state, shown(ticket, NOW + 18 * HOUR).elapsed_seconds) == ("met", 8 * 3600)


def test_a_calendar_of_one_hour_a_week_is_due_after_weeks_and_not_at_once(cast: Cast) -> None:
    calendar_with(weekly={"thu": [["10:00", "11:00"]]}, holidays=[], extra={})
    ticket = file_ticket(cast, severity="p2", now=NOW)
    assert clock_of(ticket, "first_response").due_at == dt.datetime(
        2026, 7, 2, 3, 0, tzinfo=dt.UTC
    )  # the fourth Thursday
    assert sweep.run(NOW + 24 * HOUR).breached == 0


def test_a_calendar_without_any_hour_to_come_is_never_due(cast: Cast) -> None:
    calendar_with(weekly={}, holidays=[], extra={"2026-06-08": [["10:00", "11:00"]]})
    ticket = file_ticket(cast, severity="p2", now=NOW)
    assert clock_of(ticket, "first_response").due_at is None
    assert sweep.run(NOW + 400 * 24 * HOUR).breached == 0


def test_a_holiday_counts_by_its_date_in_the_calendars_zone(cast: Cast) -> None:
    calendar_with(holidays=["2026-06-09"])
    ticket = file_ticket(cast, severity="p2", now=NOW + 14.5 * HOUR)  # Tuesday 0:30 in Shanghai, Monday in UTC
    assert clock_of(ticket, "first_response").due_at == NOW + 51 * HOUR  # Wednesday 13:00


def test_a_working_saturday_counts(cast: Cast) -> None:
    calendar_with(holidays=[], extra={"2026-06-13": [["09:00", "17:30"]]})
    ticket = file_ticket(cast, severity="p2", now=NOW + 102.5 * HOUR)  # Friday 16:30
    assert clock_of(ticket, "first_response").due_at == NOW + 122 * HOUR  # Saturday 12:00


def test_what_was_counted_in_summer_stands_in_winter(cast: Cast) -> None:
    calendar_with(tz="America/New_York", holidays=[], extra={})
    july = dt.datetime(2026, 7, 6, 13, 0, tzinfo=dt.UTC)  # Monday 9:00 in New York
    ticket = file_ticket(cast, severity="p2", now=july)
    ask(ticket, cast, july + 2 * HOUR)
    assert shown(ticket, dt.datetime(2026, 12, 7, 15, 0, tzinfo=dt.UTC)).elapsed_seconds == 2 * 3600


def test_a_merged_ticket_climbs_no_more(cast: Cast) -> None:
    ticket, into = file_ticket(cast, severity="p0"), file_ticket(cast, severity="p3")
    sweep.run(NOW + 16 * MINUTE)
    actions.merge(ticket=ticket, into=into, by=cast.frank, now=NOW + 17 * MINUTE)
    assert sum(sweep.run(NOW + minutes * MINUTE).escalated for minutes in (47, 80, 600)) == 0
    assert clock_of(ticket, "first_response").breached_at == NOW + 15 * MINUTE


def test_a_day_off_makes_the_step_later_and_never_sooner(cast: Cast) -> None:
    calendar_with(holidays=["2026-06-09"])
    ticket = file_ticket(cast, severity="p2", now=NOW)
    sweep.run(NOW + 4 * HOUR + MINUTE)  # 14:01: to tier 2, its grace of four hours ends on Wednesday
    steps = [sweep.run(NOW + hours * HOUR).escalated for hours in (8, 24, 32, 47.5, 48)]
    assert steps == [0, 0, 0, 0, 1]
    assert Ticket.objects.get(pk=ticket.pk).tier == "rnd"
