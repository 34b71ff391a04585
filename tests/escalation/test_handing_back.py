"""Handing a ticket back down, what the tier below sees of it, and the tracker's links."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from escalation.actions import hand_back, hand_up, request_escalation, set_plan
from escalation.models import Escalation, TrackerLink
from notifications import fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tests.tickets.secrets_table import HEX
from tickets import actions
from tickets.errors import ActionRefused
from tickets.models import Ticket

WORDS = {"reason": "It is a setting of the app.", "tried": "Read the log of the encoder.", "ask": "Show them the call."}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def at_experts(cast: Cast) -> Ticket:
    ticket = file_ticket(cast)
    hand_up(ticket=ticket, by=cast.erin, reason="r", tried="t", ask="a", now=NOW)
    return Ticket.objects.get(pk=ticket.pk)


def test_a_hand_back_is_one_step_down_with_its_words_and_its_event(cast: Cast, at_experts: Ticket) -> None:
    hand_back(ticket=at_experts, by=cast.frank, now=NOW, **WORDS)
    ticket, step = Ticket.objects.get(), Escalation.objects.get(step_no=2)
    assert (ticket.tier, ticket.step_no, ticket.last_step_at) == ("t1", 2, NOW)
    assert (step.trigger, step.from_tier, step.target, step.reason) == ("engineer", "t2", "t1", WORDS["reason"])
    event = ticket.events.get(kind="handed_back")
    assert event.is_public
    assert event.data["to"] == "t1"
    fan_out.run(NOW)
    told = set(Notice.objects.filter(event=event).values_list("recipient__name", flat=True))
    assert {"Alice Chen", "Erin Wu"} <= told
    assert "Frank Zhao" not in told


def test_below_tier_1_there_is_no_tier(cast: Cast) -> None:
    with pytest.raises(ActionRefused, match="no tier below"):
        hand_back(ticket=file_ticket(cast), by=cast.erin, now=NOW, **WORDS)


@pytest.mark.parametrize("missing", WORDS)
def test_nobody_takes_an_empty_hand_back(cast: Cast, at_experts: Ticket, missing: str) -> None:
    with pytest.raises(ActionRefused, match="empty hand-over"):
        hand_back(ticket=at_experts, by=cast.frank, now=NOW, **(WORDS | {missing: " "}))
    assert Ticket.objects.get().tier == "t2"


def test_a_double_click_hands_back_once_and_an_old_view_moves_nothing(cast: Cast, at_experts: Ticket) -> None:
    client, address = signed_in(cast.frank), reverse("escalation:hand_back", args=[at_experts.pk])
    for _ in range(2):
        assert client.post(address, WORDS | {"seen_step": 1}).status_code == 302
    assert Ticket.objects.get().step_no == 2
    page = signed_in(cast.rita).post(address, WORDS | {"seen_step": 1}).content.decode()
    assert "A colleague moved this ticket a moment ago." in page
    assert WORDS["ask"] in page
    assert Ticket.objects.get().step_no == 2


def test_the_tier_that_receives_reads_the_words_on_top_and_the_customer_does_not(
    cast: Cast, at_experts: Ticket
) -> None:
    hand_back(ticket=at_experts, by=cast.frank, now=NOW, **WORDS)
    page = signed_in(cast.erin).get(reverse("admin:tickets_ticket_change", args=[at_experts.pk])).content.decode()
    assert "Frank Zhao handed it from Tier 2 experts to Tier 1" in page
    assert all(text in page for text in WORDS.values())
    customers = signed_in(cast.alice).get(at_experts.get_absolute_url()).content.decode()
    assert WORDS["ask"] not in customers


def test_a_new_owner_is_asked_to_confirm_the_plan_and_others_may_not(cast: Cast, at_experts: Ticket) -> None:
    actions.take(ticket=at_experts, by=cast.frank, now=timezone.now())
    page = reverse("admin:tickets_ticket_change", args=[at_experts.pk])
    plan = reverse("escalation:plan", args=[at_experts.pk])
    assert "Confirm or replace plan and time." in signed_in(cast.frank).get(page).content.decode()
    assert signed_in(cast.erin).get(plan).status_code == 403
    answer = signed_in(cast.frank).post(plan, {"plan": "I build a fix.", "expected_at": "2020-01-01T10:00"})
    assert "has passed already" in answer.content.decode()
    now = timezone.now()
    set_plan(ticket=at_experts, by=cast.frank, plan="p", expected_at=now + dt.timedelta(hours=1), now=now)
    assert "Confirm or replace plan and time." not in signed_in(cast.frank).get(page).content.decode()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/1", "", "no address at all"])
def test_what_is_no_web_address_is_no_tracker_link(cast: Cast, at_experts: Ticket, url: str) -> None:
    signed_in(cast.rita).post(reverse("escalation:add_tracker", args=[at_experts.pk]), {"url": url})
    assert not TrackerLink.objects.exists()


def test_a_tracker_link_comes_and_goes_for_staff_alone(cast: Cast, at_experts: Ticket) -> None:
    add, staff = reverse("escalation:add_tracker", args=[at_experts.pk]), signed_in(cast.rita)
    url = "https://tracker.example/browse/RTC-42"
    for _ in range(2):
        staff.post(add, {"url": url})
    link = TrackerLink.objects.get()
    desk = reverse("admin:tickets_ticket_change", args=[at_experts.pk])
    assert f'<a href="{url}" rel="noopener noreferrer">RTC-42</a>' in staff.get(desk).content.decode()
    assert "RTC-42" not in signed_in(cast.alice).get(at_experts.get_absolute_url()).content.decode()
    remove = reverse("escalation:remove_tracker", args=[at_experts.pk, link.pk])
    assert signed_in(cast.alice).post(remove).status_code == 404
    for _ in range(2):
        assert staff.post(remove).status_code == 302
    assert not TrackerLink.objects.exists()


def test_what_the_customer_asks_for_is_no_takeover_until_the_ticket_moves(cast: Cast) -> None:
    ticket = file_ticket(cast, now=NOW)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    request_escalation(
        ticket=ticket, by=cast.alice, reason="progress", body="Slow.", submission_key=uuid.uuid4(), now=NOW
    )
    page = signed_in(cast.erin).get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    assert "Slow." in page
    assert "It is yours now." not in page


def test_the_customer_hears_of_a_masked_secret_only_where_they_read_the_words(cast: Cast) -> None:
    secret = f"App certificate: {HEX}"
    for name, is_public in (("reason", True), ("tried", False), ("ask", False)):
        ticket = file_ticket(cast)
        hand_up(ticket=ticket, by=cast.erin, now=NOW, **(WORDS | {name: secret}))
        assert ticket.events.get(kind="secrets_masked").is_public is is_public, name
        assert HEX not in str(Escalation.objects.filter(ticket=ticket).values_list(name, flat=True))
