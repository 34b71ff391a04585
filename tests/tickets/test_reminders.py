"""A customer whom we asked something is reminded: each step once, in working time, and never while nothing waits."""

from __future__ import annotations

import datetime as dt
import importlib
from decimal import Decimal

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from django.utils import translation

from delivery.models import OutboundMessage
from notifications.fan_out import run as fan_out
from notifications.models import Notice
from sla.calendar import BusinessCalendar
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.actions import reminders
from tickets.choices import EventKind
from tickets.models import CustomerWait, Inquiry, ReminderStep, Ticket
from tickets.reminding import LOOK_AGAIN, Reminding, reminding
from tickets.wording import event_line

DAY = dt.timedelta(days=1)
CALENDAR = BusinessCalendar.from_definition(
    {"tz": "Asia/Shanghai", "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
WORKING_DAY = int(8.5 * 3600)
SINCE = dt.datetime(2026, 6, 5, 2, 0, tzinfo=dt.UTC)  # Friday 10:00 in Shanghai


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Asked on Monday at 10:00 in Shanghai."""
    ticket = file_ticket(cast)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    actions.reply_and_wait(
        ticket=ticket, by=cast.erin, body="Hello.", questions=["Which SDK?", "Which phone?"], now=NOW
    )
    return ticket


def reminded(ticket: Ticket) -> list[dict]:
    return list(ticket.events.filter(kind=EventKind.REMINDED).order_by("pk").values_list("data", flat=True))


@pytest.mark.parametrize(
    ("after", "passed", "due"),
    [
        (dt.timedelta(hours=1), 0, SINCE + 4 * DAY),
        (3 * DAY, 0, SINCE + 4 * DAY),
        (4 * DAY, 1, SINCE + 6 * DAY),
        (6 * DAY - dt.timedelta(seconds=1), 1, SINCE + 6 * DAY),
        (6 * DAY, 2, None),
        (90 * DAY, 2, None),
    ],
)
def test_steps_come_in_working_days(after: dt.timedelta, passed: int, due: dt.datetime | None) -> None:
    now = SINCE + after
    said = reminding(
        since=SINCE, after_days=[Decimal(4), Decimal(2)], day_seconds=WORKING_DAY, calendar=CALENDAR, now=now
    )
    assert said == Reminding(passed, due and min(due, now + LOOK_AGAIN))


def test_where_clocks_run_around_the_clock_a_day_has_24_hours() -> None:
    said = reminding(
        since=SINCE, after_days=[Decimal("0.5")], day_seconds=86400, calendar=BusinessCalendar.always(), now=SINCE
    )
    assert said == Reminding(0, SINCE + DAY / 2)


def test_each_step_reminds_once_however_many_sweep(cast: Cast, ticket: Ticket) -> None:
    for at in (NOW, NOW + DAY, NOW + 2 * DAY - dt.timedelta(seconds=1)):
        assert actions.remind_customers(now=at) == 0
    for at, told in ((2 * DAY, 1), (2 * DAY, 0), (3 * DAY, 0), (4 * DAY, 1), (5 * DAY, 0), (60 * DAY, 0)):
        assert actions.remind_customers(now=NOW + at) == told
    assert [each["number"] for each in reminded(ticket)] == [1, 2]
    assert reminded(ticket)[0]["questions"] == ["Which SDK?", "Which phone?"]
    assert CustomerWait.objects.get().look_at is None


def test_a_second_sweeper_with_stale_facts_loses(cast: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = reminders._decide

    def overtaken(*facts):
        decided = decide(*facts)
        CustomerWait.objects.update(reminded=1)
        return decided

    monkeypatch.setattr(reminders, "_decide", overtaken)
    assert actions.remind_customers(now=NOW + 2 * DAY) == 0
    assert reminded(ticket) == []


def test_a_sweep_that_was_away_reminds_once_and_not_for_each_step_missed(cast: Cast, ticket: Ticket) -> None:
    assert actions.remind_customers(now=NOW + 30 * DAY) == 1
    assert [each["number"] for each in reminded(ticket)] == [2]


def test_nobody_is_reminded_of_what_is_answered(cast: Cast, ticket: Ticket) -> None:
    actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2.1, a Pixel 9.", now=NOW + DAY)
    assert actions.remind_customers(now=NOW + 30 * DAY) == 0
    assert CustomerWait.objects.get().ended_at == NOW + DAY


@pytest.mark.parametrize("end", ["resume", "resolve", "merge"])
def test_a_ticket_that_stopped_waiting_is_left_alone(cast: Cast, ticket: Ticket, end: str) -> None:
    later = {"ticket": ticket, "by": cast.erin, "now": NOW + DAY}
    match end:
        case "resume":
            actions.resume(**later)
        case "resolve":
            actions.resolve(message="Done.", cause="", fix="", prevention="", **later)
        case "merge":
            actions.merge(into=file_ticket(cast), **later)
    assert actions.remind_customers(now=NOW + 30 * DAY) == 0
    assert not CustomerWait.objects.filter(ended_at=None).exists()


def test_a_word_of_either_side_begins_the_silence_anew(cast: Cast, ticket: Ticket) -> None:
    reply = actions.GivenReply(inquiry=ticket.inquiries.order_by("pk")[0].pk, text="4.2.1")
    actions.answer_questions(ticket=ticket, by=cast.alice, replies=[reply], now=NOW + DAY)
    assert actions.remind_customers(now=NOW + 2 * DAY) == 0
    assert actions.remind_customers(now=NOW + 3 * DAY) == 1
    assert reminded(ticket)[0]["questions"] == ["Which phone?"]
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="", questions=["And the OS?"], now=NOW + 3 * DAY)
    assert actions.remind_customers(now=NOW + 4 * DAY) == 0
    assert CustomerWait.objects.count() == 3


def test_an_edit_of_the_steps_reaches_the_tickets_that_wait(cast: Cast, ticket: Ticket) -> None:
    actions.remind_customers(now=NOW)
    client = Client()
    client.force_login(cast.ada)
    assert client.post("/admin/tickets/reminderstep/add/", {"after_days": "0.5"}).status_code == 302
    assert client.post("/admin/tickets/reminderstep/add/", {"after_days": "0"}).status_code == 200
    assert ReminderStep.objects.count() == 3
    CustomerWait.objects.update(look_at=NOW)  # the admin's clock is today's
    assert actions.remind_customers(now=NOW + DAY) == 1


def test_without_steps_nobody_is_reminded(cast: Cast, ticket: Ticket) -> None:
    ReminderStep.objects.all().delete()
    assert actions.remind_customers(now=NOW + 30 * DAY) == 0


def test_a_row_that_throws_is_put_off_and_the_others_go_on(
    cast: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = file_ticket(cast)
    actions.reply_and_wait(ticket=poison, by=cast.erin, body="?", now=NOW)
    decide = reminders._decide

    def throws(row: Ticket, *facts):
        if row.pk == poison.pk:
            raise ZeroDivisionError
        return decide(row, *facts)

    monkeypatch.setattr(reminders, "_decide", throws)
    assert actions.remind_customers(now=NOW + 2 * DAY) == 1
    wait = CustomerWait.objects.get(ticket=poison)
    assert (wait.look_at, wait.reminded) == (NOW + 2 * DAY + reminders.PUT_OFF, 0)


def test_the_customer_is_told_by_mail_and_in_the_site_in_her_language(cast: Cast, ticket: Ticket) -> None:
    cast.alice.language = "zh-hans"
    cast.alice.save()
    fan_out(NOW)
    Notice.objects.all().delete()
    OutboundMessage.objects.all().delete()
    actions.remind_customers(now=NOW + 2 * DAY)
    fan_out(NOW + 2 * DAY)
    assert set(Notice.objects.filter(recipient=cast.alice).values_list("channel", flat=True)) == {"site", "email"}
    sent = OutboundMessage.objects.get(recipient=cast.alice)
    assert "等您回答" in sent.subject
    assert "“Which phone?”" in sent.body_text
    assert "2026-06-08 10:00（北京时间）" in sent.body_text
    assert not mail.outbox


def test_both_sides_read_it_in_the_timeline(cast: Cast, ticket: Ticket) -> None:
    actions.remind_customers(now=NOW + 2 * DAY)
    event = ticket.events.get(kind=EventKind.REMINDED)
    assert event_line(event) == "We reminded you of our 2 questions"
    for person, address in (
        (cast.alice, ticket.get_absolute_url()),
        (cast.erin, f"/admin/tickets/ticket/{ticket.pk}/change/"),
    ):
        client = Client()
        client.force_login(person)
        assert "reminded" in client.get(address).content.decode()


def test_tickets_that_waited_before_there_were_reminders_wait_from_the_update_on(cast: Cast, ticket: Ticket) -> None:
    CustomerWait.objects.all().delete()
    Inquiry.objects.all().delete()
    ReminderStep.objects.all().delete()
    migration = importlib.import_module("tickets.migrations.0029_default_reminders")
    for _ in range(2):
        migration.add(apps, None)
    assert CustomerWait.objects.get().began_at > NOW
    asked = Inquiry.objects.get()
    assert (asked.text, asked.by, asked.at) == ("", cast.erin, NOW)
    assert [step.after_days for step in ReminderStep.objects.all()] == [Decimal(2), Decimal(4)]
