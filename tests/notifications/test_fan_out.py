"""Fan-out: each event told exactly once, to the right people, whatever else goes wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Membership, User
from delivery.models import OutboundMessage
from escalation import sweep
from escalation.actions import hand_up
from notifications import fan_out
from notifications.models import Notice, StuckEvent
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Follower, Ticket, TicketEvent

SECRET = "the customer is on the wrong plan"


def told(kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(event__kind=kind).select_related("recipient"):
        found.setdefault(notice.recipient.email.split("@")[0], set()).add(notice.channel)
    return found


def mails_to(person: User) -> list[OutboundMessage]:
    return list(OutboundMessage.objects.filter(recipient=person, channel="email").order_by("pk"))


def quiet(ticket: Ticket) -> Ticket:
    """The ticket with all its events told and forgotten."""
    fan_out.run(NOW)
    Notice.objects.all().delete()
    OutboundMessage.objects.all().delete()
    ticket.refresh_from_db()
    return ticket


def test_filing_a_ticket_sends_a_receipt_and_shows_it_to_the_person_on_call(cast: Cast) -> None:
    ticket = file_ticket(cast)
    tally = fan_out.run(NOW)
    assert (tally.events, tally.failed) == (1, 0)
    assert told("opened") == {"alice": {"email"}, "erin": {"site"}}
    (receipt,) = mails_to(cast.alice)
    assert receipt.subject == f"We have your ticket #{ticket.pk}: Video freezes after 30 s"
    assert "An engineer answers you by 8 Jun 2026, 14:00 (Asia/Shanghai)." in receipt.body_text
    assert f"/tickets/{ticket.pk}/" in receipt.body_text
    assert "Please answer on the page" in receipt.body_text


def test_a_second_fan_out_finds_nothing(cast: Cast) -> None:
    file_ticket(cast)
    first = fan_out.run(NOW)
    counts = Notice.objects.count(), OutboundMessage.objects.count()
    second = fan_out.run(NOW)
    assert (first.events, second.events) == (1, 0)
    assert (Notice.objects.count(), OutboundMessage.objects.count()) == counts


def test_an_event_of_which_nobody_is_told_is_not_looked_at_again(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    actions.start(ticket=ticket, by=cast.erin, now=NOW)
    assert fan_out.run(NOW).notices == 0
    assert not TicketEvent.objects.owed().exists()


def test_an_answer_goes_to_the_requester_and_to_followers_with_its_text(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    Follower.objects.create(ticket=ticket, user=cast.bob, created_at=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="Please try **4.2.2**.", now=NOW)
    fan_out.run(NOW)
    assert told("replied") == {"alice": {"site", "email"}, "bob": {"site", "email"}}
    (letter,) = mails_to(cast.bob)
    assert letter.subject == f"Erin Wu answered #{ticket.pk}: Video freezes after 30 s"
    assert "Please try **4.2.2**." in letter.body_text


@pytest.mark.parametrize("act", ["reply_and_wait", "resolve"])
def test_one_act_that_writes_two_events_sends_one_mail(cast: Cast, act: str) -> None:
    ticket = quiet(file_ticket(cast))
    if act == "resolve":
        actions.resolve(ticket=ticket, by=cast.erin, message="Update.", cause="c", fix="f", prevention="p", now=NOW)
    else:
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Update.", now=NOW)
    fan_out.run(NOW)
    (letter,) = mails_to(cast.alice)
    assert "Update." in letter.body_text


def test_a_customers_message_goes_to_the_owner_or_to_the_person_on_call(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Still frozen.", now=NOW)
    fan_out.run(NOW)
    assert told("customer_replied") == {"erin": {"site", "email"}}
    actions.assign(ticket=ticket, to=cast.frank, by=cast.max, now=NOW)
    Notice.objects.all().delete()
    actions.customer_reply(ticket=ticket, by=cast.bob, body="Still.", now=NOW)
    fan_out.run(NOW)
    assert told("customer_replied") == {"frank": {"site", "email"}, "alice": {"site"}}


def test_an_internal_note_reaches_no_customer_in_any_form(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    Follower.objects.create(ticket=ticket, user=cast.bob, created_at=NOW)
    actions.assign(ticket=ticket, to=cast.erin, by=cast.erin, now=NOW)
    actions.note(ticket=ticket, by=cast.frank, body=SECRET, now=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="On it.", now=NOW)
    fan_out.run(NOW)
    assert told("noted") == {"erin": {"site"}}
    assert not Notice.objects.filter(event__kind="noted", recipient__role="customer").exists()
    assert not [each for each in OutboundMessage.objects.all() if SECRET in each.body_text + each.body_html]


def test_a_hand_up_tells_the_customer_the_reason_but_not_what_staff_say_to_each_other(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast, severity="p1"))
    hand_up(
        ticket=ticket, by=cast.erin, reason="It needs the codec team.", tried=SECRET, ask="Read the trace.", now=NOW
    )
    fan_out.run(NOW)
    letter, to_frank = mails_to(cast.alice)[0], mails_to(cast.frank)[0]
    assert "It needs the codec team." in letter.body_text
    assert SECRET not in letter.body_text + letter.body_html
    assert "Read the trace." not in letter.body_text + letter.body_html
    assert SECRET in to_frank.body_text


def test_the_ladder_pages_each_tier_and_at_last_the_manager(cast: Cast, settings: Settings) -> None:
    settings.PAGE_WEBHOOK_URL = "https://pager.example/hook"
    ticket = quiet(file_ticket(cast, severity="p0"))
    for minutes in (16, 47, 78):
        now = NOW + dt.timedelta(minutes=minutes)
        sweep.run(now)
        fan_out.run(now)
    ticket.refresh_from_db()
    assert ticket.manager_paged_at
    assert told("escalated")["frank"] >= {"site", "email", "page"}
    assert told("escalated")["rita"] == {"site", "email", "page"}
    assert told("manager_paged")["mona"] == {"site", "email", "page"}
    assert told("manager_paged")["alice"] == {"site", "email"}
    assert "alice" not in told("at_risk") | told("breached")
    page = OutboundMessage.objects.filter(channel="webhook", recipient=cast.mona).get()
    assert page.is_urgent
    assert page.payload["ticket"]["number"] == ticket.pk
    assert page.address == "page"
    assert "pager.example" not in str(page.payload)


def test_without_a_paging_service_pages_are_mails_only(cast: Cast) -> None:
    file_ticket(cast, severity="p0")
    fan_out.run(NOW)
    assert told("opened")["erin"] == {"site", "email"}
    assert not OutboundMessage.objects.filter(channel="webhook").exists()


def test_another_organisations_people_get_nothing_even_as_followers(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    Follower.objects.create(ticket=ticket, user=cast.mallory, created_at=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="Hello.", now=NOW)
    fan_out.run(NOW)
    assert set(told("replied")) == {"alice"}
    assert not mails_to(cast.mallory)


def test_who_left_the_organisation_or_is_inactive_is_not_told(cast: Cast) -> None:
    ticket = quiet(file_ticket(cast))
    Follower.objects.create(ticket=ticket, user=cast.bob, created_at=NOW)
    Membership.objects.filter(user=cast.bob).delete()
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    actions.reply(ticket=ticket, by=cast.erin, body="Hello.", now=NOW)
    assert fan_out.run(NOW).notices == 0


def test_a_poisoned_event_is_parked_and_the_others_are_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned, healthy = file_ticket(cast, subject="poison"), file_ticket(cast, subject="healthy")
    genuine = fan_out.story_of

    def trip(event: TicketEvent):
        if event.ticket_id == poisoned.pk:
            raise RuntimeError("boom")
        return genuine(event)

    monkeypatch.setattr(fan_out, "story_of", trip)
    first = fan_out.run(NOW)
    assert (first.events, first.failed) == (2, 1)
    assert Notice.objects.filter(event__ticket=healthy).exists()
    for hour in (1, 2, 3, 4):
        fan_out.run(NOW + dt.timedelta(hours=hour))
    stuck = StuckEvent.objects.get()
    assert (stuck.attempts, stuck.next_attempt_at) == (3, None)
    assert "boom" in stuck.last_error
    assert not Notice.objects.filter(event__ticket=poisoned).exists()
    assert TicketEvent.objects.get(ticket=poisoned).fanned_out_at is None


def test_a_run_ends_in_time_and_asks_for_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file_ticket(cast)
    file_ticket(cast)
    monkeypatch.setattr(fan_out, "BUDGET", -1)
    first, second = fan_out.run(NOW), fan_out.run(NOW)
    assert [(tally.events, tally.is_work_left) for tally in (first, second)] == [(1, True), (1, True)]
    third = fan_out.run(NOW)
    assert (third.events, third.is_work_left) == (0, False)


def test_nothing_is_sent_while_telling(cast: Cast) -> None:
    file_ticket(cast)
    fan_out.run(NOW)
    assert mail.outbox == []


def test_telling_one_event_takes_a_bounded_number_of_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    file_ticket(cast)
    with django_assert_max_num_queries(30):
        fan_out.run(NOW)
