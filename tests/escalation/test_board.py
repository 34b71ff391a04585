"""The managers' board and the hand-up page."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from escalation import sweep
from escalation.actions import hand_up
from escalation.models import Escalation
from tests.cast import NOW, Cast, file_ticket
from tickets import actions

WORDS = {"reason": "Needs a codec expert", "tried": "Read both logs", "ask": "Check the key frames"}


def board(user) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("escalation:board"))
    assert answer.status_code == 200
    return answer.content.decode()


def overdue_ticket(cast: Cast, **fields):
    now = timezone.now()
    ticket = file_ticket(cast, severity="p0", now=now - dt.timedelta(minutes=20), **fields)
    sweep.run(now)
    ticket.refresh_from_db()
    assert ticket.tier == "t2"
    return ticket


def test_the_board_shows_reason_plan_owner_and_expected_time(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    page = board(cast.mona)
    assert ticket.subject in page
    assert "The first response was not given in time." in page
    assert "A tier 2 expert takes this over" in page
    assert "Tier 2 experts, being assigned" in page
    assert "Acme Live · Standard" in page


def test_a_promise_that_slipped_is_said_on_top_and_ends_when_somebody_takes_over(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    Escalation.objects.update(expected_at=timezone.now() - dt.timedelta(minutes=1))
    assert "1 promise is late." in board(cast.mona)
    actions.take(ticket=ticket, by=cast.frank, now=timezone.now())
    page = board(cast.mona)
    assert "promise is late" not in page
    assert "Frank Zhao" in page


def test_a_solved_ticket_leaves_the_board(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=timezone.now())
    assert "0 open tickets were escalated." in board(cast.mona)


def test_the_board_asks_as_few_questions_for_many_as_for_one(cast: Cast, django_assert_max_num_queries) -> None:
    for _ in range(12):
        overdue_ticket(cast)
    client = Client()
    client.force_login(cast.max)
    client.get(reverse("escalation:board"))
    with django_assert_max_num_queries(8):
        client.get(reverse("escalation:board"))


@pytest.mark.parametrize("query", ["severity=nosuch", "target=%00", "trigger=1&trigger=2", "severity[]=x"])
def test_a_filter_that_is_no_choice_is_as_if_not_given(cast: Cast, query: str) -> None:
    ticket = overdue_ticket(cast)
    client = Client()
    client.force_login(cast.mona)
    assert ticket.subject in client.get(reverse("escalation:board") + "?" + query).content.decode()


def test_customers_find_neither_page(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    client = Client()
    client.force_login(cast.olga)
    assert client.get(reverse("escalation:board")).status_code == 404
    assert client.get(reverse("escalation:hand_up", args=[ticket.pk])).status_code == 404
    assert client.post(reverse("escalation:hand_up", args=[ticket.pk]), WORDS).status_code == 404
    assert Escalation.objects.count() == 1


def test_an_engineer_hands_up_with_reason_and_the_customer_is_owed_the_news(cast: Cast) -> None:
    ticket = file_ticket(cast, now=timezone.now())
    client = Client()
    client.force_login(cast.erin)
    answer = client.post(reverse("escalation:hand_up", args=[ticket.pk]), WORDS)
    assert answer.status_code == 302
    ticket.refresh_from_db()
    step = Escalation.objects.get()
    assert (ticket.tier, ticket.step_no, ticket.assignee) == ("t2", 1, None)
    assert (step.trigger, step.reason, step.tried, step.ask, step.by) == ("engineer", *WORDS.values(), cast.erin)
    assert step.plan_en
    assert step.expected_at is not None
    assert ticket.events.filter(kind="escalated", is_public=True, fanned_out_at=None).count() == 1


@pytest.mark.parametrize("missing", WORDS)
def test_an_empty_hand_over_is_refused_and_keeps_what_was_typed(cast: Cast, missing: str) -> None:
    ticket = file_ticket(cast, now=timezone.now())
    client = Client()
    client.force_login(cast.erin)
    answer = client.post(reverse("escalation:hand_up", args=[ticket.pk]), WORDS | {missing: "  "})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert Escalation.objects.count() == 0
    assert all(text in page for key, text in WORDS.items() if key != missing)


def test_above_research_there_is_no_tier(cast: Cast) -> None:
    ticket = file_ticket(cast, now=timezone.now())
    client = Client()
    client.force_login(cast.erin)
    for _ in range(2):
        client.post(reverse("escalation:hand_up", args=[ticket.pk]), WORDS)
    answer = client.post(reverse("escalation:hand_up", args=[ticket.pk]), WORDS)
    assert "there is no tier above" in answer.content.decode()
    assert Escalation.objects.count() == 2


def test_a_double_click_hands_up_once(cast: Cast) -> None:
    ticket, client = file_ticket(cast), Client()
    client.force_login(cast.erin)
    address = reverse("escalation:hand_up", args=[ticket.pk])
    assert 'name="seen_step" value="0"' in client.get(address).content.decode()
    for _ in range(2):
        assert client.post(address, WORDS | {"seen_step": 0}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.tier, ticket.step_no) == ("t2", 1)


def test_a_ticket_that_was_moved_meanwhile_is_not_moved_again_unseen(cast: Cast) -> None:
    ticket, client = file_ticket(cast), Client()
    client.force_login(cast.erin)
    address = reverse("escalation:hand_up", args=[ticket.pk])
    hand_up(ticket=ticket, by=cast.frank, reason="Mine.", tried="t", ask="a", now=NOW)
    answer = client.post(address, WORDS | {"seen_step": 0}).content.decode()
    assert "A colleague moved this ticket a moment ago." in answer
    assert WORDS["reason"] in answer
    assert 'name="seen_step" value="1"' in answer, "having read that, they may still hand it up"
    ticket.refresh_from_db()
    assert ticket.tier == "t2"
