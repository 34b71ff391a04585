"""What an edit of the calendar does to clocks that are under way: the new hours count, and history stays."""

import datetime as dt

from escalation import sweep
from sla.actions import replace_definition
from sla.models import Calendar
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind
from tickets.models import Ticket, TicketEvent

HOUR = dt.timedelta(hours=1)
OFFICE = "2026-06-08"  # the day of NOW


def close_days(*days: str, at: dt.datetime = NOW) -> None:
    calendar = Calendar.objects.get()
    replace_definition(
        calendar=calendar,
        definition={**calendar.definition, "holidays": sorted({*calendar.definition["holidays"], *days})},
        now=at,
    )


def open_days(*days: str, at: dt.datetime = NOW) -> None:
    calendar = Calendar.objects.get()
    holidays = [day for day in calendar.definition["holidays"] if day not in days]
    replace_definition(calendar=calendar, definition={**calendar.definition, "holidays": holidays}, now=at)


def test_a_due_that_only_the_edit_puts_into_the_past_is_missed_by_the_edit_and_now(cast: Cast) -> None:
    close_days(OFFICE)
    ticket = file_ticket(cast, severity="p2", now=NOW)  # on a holiday: the four hours begin on Tuesday
    open_days(OFFICE)
    late = NOW + 7 * HOUR
    sweep.run(late)
    clock = ticket.clocks.get(kind="first_response")
    assert (clock.state, clock.breach_cause, clock.breached_at) == ("breached", "calendar_edit", late)
    assert TicketEvent.objects.get(ticket=ticket, kind=EventKind.BREACHED).data["cause"] == "calendar_edit"
    assert Ticket.objects.get(pk=ticket.pk).tier == "t1", "no step in the second of the edit"


def test_an_answer_between_the_edit_and_the_sweep_is_judged_by_the_same_rule(cast: Cast) -> None:
    close_days(OFFICE)
    ticket = file_ticket(cast, severity="p2", now=NOW)
    open_days(OFFICE)
    late = NOW + 7 * HOUR
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=late)
    clock = ticket.clocks.get(kind="first_response")
    assert (clock.breach_cause, clock.breached_at) == ("calendar_edit", late)


def test_what_had_run_out_before_the_edit_stays_missed_at_its_due(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    close_days(OFFICE, at=NOW + 4.5 * HOUR)  # nobody swept in between
    sweep.run(NOW + 5 * HOUR)
    clock = ticket.clocks.get(kind="first_response")
    assert (clock.breach_cause, clock.breached_at) == ("elapsed", NOW + 4 * HOUR)


def test_a_holiday_announced_in_time_moves_the_due_though_the_sweep_comes_late(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    close_days(OFFICE, at=NOW + HOUR)
    moved = NOW + dt.timedelta(days=1, hours=3)  # four hours of Tuesday
    sweep.run(NOW + 5 * HOUR)
    clock = ticket.clocks.get(kind="first_response")
    assert (clock.state, clock.due_at, clock.breached_at) == ("running", moved, None)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == moved


def test_an_answer_after_the_old_due_and_before_the_sweep_is_in_time_after_such_a_holiday(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    close_days(OFFICE, at=NOW + HOUR)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + 5 * HOUR)
    assert ticket.clocks.get(kind="first_response").state == "met"


def test_a_moved_due_that_passed_too_is_missed_at_the_moved_one(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    close_days(OFFICE, at=NOW + HOUR)
    sweep.run(NOW + dt.timedelta(days=1, hours=4))
    clock = ticket.clocks.get(kind="first_response")
    assert (clock.breach_cause, clock.breached_at) == ("elapsed", NOW + dt.timedelta(days=1, hours=3))


def test_an_edit_moves_the_ticket_in_the_queue(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    close_days(OFFICE)
    sweep.run(NOW + HOUR)
    ticket.refresh_from_db()
    assert ticket.next_due_at == ticket.clocks.get(kind="first_response").due_at == NOW + dt.timedelta(days=1, hours=3)


def test_a_ticket_that_waits_is_not_looked_at_again_and_again_after_an_edit(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which version?", now=NOW)
    close_days(OFFICE)
    assert sweep.run(NOW + HOUR).looked_at == 0
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2", now=NOW + 2 * HOUR)
    assert ticket.clocks.get(kind="resolution").calendar_version == 2


def test_a_reopened_ticket_whose_due_an_edit_put_into_the_past_is_missed_at_once(cast: Cast) -> None:
    close_days(OFFICE, "2026-06-09", "2026-06-10")
    ticket = file_ticket(cast, severity="p2", now=NOW)
    thursday = NOW + dt.timedelta(days=3)
    actions.resolve(ticket=ticket, by=cast.erin, message="Done.", cause="c", fix="f", prevention="p", now=thursday)
    open_days(OFFICE, "2026-06-09", "2026-06-10")
    again = thursday + HOUR
    actions.reopen(ticket=ticket, by=cast.alice, reason="Still.", now=again)
    clock = ticket.clocks.get(kind="resolution")
    assert (clock.state, clock.breach_cause, clock.breached_at) == ("breached", "calendar_edit", again)


def test_acts_that_waited_for_the_lock_are_counted_in_the_order_in_which_they_were_written(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which version?", now=NOW + HOUR)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2", now=NOW + 2 * HOUR)
    # Its `now` was taken before the customer's letter came; the lock was not free until after it.
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="And which device?", now=NOW + 2 * HOUR - HOUR / 60)
    clock = ticket.clocks.get(kind="resolution")
    assert [each.step for each in clock.segments.all()] == ["started", "paused", "resumed", "paused"]
    assert (clock.state, clock.due_at) == ("paused", None)


def test_a_grace_that_an_edit_makes_shorter_is_over_sooner_though_every_clock_is_missed(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW)
    sweep.run(NOW + 36 * HOUR)  # Tuesday night: nothing was missed yet
    wednesday = NOW + 48 * HOUR  # the second working day is over, and the resolution was missed
    sweep.run(wednesday + HOUR)
    assert Ticket.objects.get(pk=ticket.pk).tier == "t2"
    close_days("2026-06-10")
    sweep.run(wednesday + 2 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).check_at > wednesday + 12 * HOUR, "the grace goes on on Thursday"
    open_days("2026-06-10")
    sweep.run(wednesday + 5 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).tier == "rnd"


def test_a_parked_ticket_stays_parked_for_its_hour_whatever_calendar_is_edited(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    terms = ticket.sla_terms
    Ticket.objects.filter(pk=ticket.pk).update(sla_terms={})
    late = NOW + 4 * HOUR + HOUR / 60
    assert sweep.run(late).failed == 1
    close_days("2026-06-09")
    assert sweep.run(late + HOUR / 2).failed == 0
    Ticket.objects.filter(pk=ticket.pk).update(sla_terms=terms)
    assert sweep.run(late + HOUR).escalated == 1
