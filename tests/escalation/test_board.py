"""The managers' board and the hand-up page."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from escalation import board as boards
from escalation import sweep
from escalation.actions import (
    acknowledge,
    answer_request,
    attach_tracker,
    hand_up,
    reassign,
    request_escalation,
    set_plan,
)
from escalation.forms import BoardFilter
from escalation.models import Commitment, Escalation, PromiseClock
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Ticket

BOARD = "/admin/escalation/commitment/"
SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = {"reason": "Needs a codec expert", "tried": "Read both logs", "ask": "Check the key frames"}


def board(user) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(BOARD)
    assert answer.status_code == 200
    return answer.content.decode()


def overdue_ticket(cast: Cast, **fields):
    now = timezone.now()
    ticket = file_ticket(cast, severity="p0", now=now - dt.timedelta(minutes=20), **fields)
    sweep.run(now)
    ticket.refresh_from_db()
    assert ticket.tier == "t2"
    return ticket


def first_row(user, *, query: str = "") -> Any:
    client = Client()
    client.force_login(user)
    rows = client.get(f"{BOARD}{query}").context["page"].rows
    return rows[0] if rows else None


def test_the_old_address_leads_to_the_board_with_its_filters(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mona)
    assert client.get("/escalations/?severity=p0").headers["Location"] == f"{BOARD}?severity=p0"


def test_the_board_shows_reason_plan_owner_and_expected_time(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    page = board(cast.mona)
    assert ticket.subject in page
    assert "First response missed" in page
    assert "A tier 2 expert takes this over" in page
    assert "Tier 2 experts, being assigned" in page
    assert "Acme Live</bdi> · Standard" in page
    assert "Nobody has acknowledged it" in page


def test_what_hurts_next_is_on_top(cast: Cast) -> None:
    now = timezone.now()
    mild, old, slow, late = (
        file_ticket(cast, severity=severity, now=now - dt.timedelta(minutes=1)) for severity in ("p3", "p1", "p1", "p1")
    )
    for minute, ticket in enumerate((mild, old, slow, late)):
        hand_up(ticket=ticket, by=cast.erin, now=now + dt.timedelta(seconds=minute), **WORDS)
    Commitment.objects.filter(ticket=slow).update(expected_at=now - dt.timedelta(minutes=5))
    PromiseClock.objects.create(
        kind="next_update", ticket=late, target_for=60, started_at=now, due_at=now - dt.timedelta(minutes=1)
    )
    rows = boards.page(cast.mona, BoardFilter({}).accepted(), now=now + dt.timedelta(seconds=9)).rows
    assert [row.ticket.pk for row in rows] == [late.pk, slow.pk, old.pk, mild.pk]


def test_the_page_says_whose_zone_its_times_are_in(cast: Cast) -> None:
    overdue_ticket(cast)
    User.objects.filter(pk=cast.mona.pk).update(time_zone="Europe/Berlin")
    assert "Times are shown in Europe/Berlin." in board(cast.mona)


def test_a_passed_time_is_said_in_words_and_found_by_its_figure(cast: Cast) -> None:
    overdue_ticket(cast)
    Commitment.objects.update(expected_at=timezone.now() - dt.timedelta(minutes=1), slips=2)
    page = board(cast.mona)
    assert "2 slips" in page
    assert "passed" in page
    assert first_row(cast.mona, query="?show=overdue")
    Commitment.objects.update(expected_at=timezone.now() + dt.timedelta(minutes=9), slips=0)
    assert first_row(cast.mona, query="?show=overdue") is None
    assert first_row(cast.mona, query="?show=slipped") is None


def test_taken_over_by_is_kept_once_somebody_has_the_ticket(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    Commitment.objects.update(expected_at=timezone.now() - dt.timedelta(minutes=1))
    assert first_row(cast.mona, query="?show=overdue")
    actions.take(ticket=ticket, by=cast.frank, now=timezone.now())
    assert first_row(cast.mona, query="?show=overdue") is None
    assert not first_row(cast.mona).is_expected_late
    assert first_row(cast.mona).expected_at is None
    assert "To be taken over by" not in board(cast.mona)


def test_a_solved_ticket_leaves_the_board(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=timezone.now())
    assert "Nothing is escalated" in board(cast.mona)


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("q=Acme", True), ("q=Other+Corp", False), ("q=freezes", True), ("severity=p0", True), ("severity=p1", False),
        ("tier=t2", True), ("tier=rnd", False), ("trigger=clock", True), ("trigger=customer", False),
        ("owner=nobody", True), ("owner=me", False), ("show=unacknowledged", True), ("show=slipped", False),
        ("severity=nosuch", True), ("tier=%00", True), ("trigger=1&trigger=2", True), ("owner=99999999", True),
        ("page=x", True), ("page=-1", True), ("show=zz", True), ("q=%00", True), ("severity[]=x", True),
    ],
)  # fmt: skip
def test_a_filter_shows_what_it_says_and_one_that_is_no_choice_is_as_if_not_given(
    cast: Cast, query: str, is_shown: bool
) -> None:
    overdue_ticket(cast)
    assert bool(first_row(cast.mona, query=f"?{query}")) == is_shown


def test_the_board_asks_as_few_questions_for_200_as_for_10(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mona)
    overdue_ticket(cast)
    asked = []
    for count in (10, 200):
        clone_escalations(count)
        client.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(BOARD)
        assert len(page.context["page"].rows) == min(count, boards.PER_PAGE)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 25
    assert "99+" in page.content.decode()


def clone_escalations(count: int) -> None:
    """Copies of the first ticket and its commitment until there are `count`."""
    commitment = Commitment.objects.select_related("ticket").order_by("pk")[0]
    for _ in range(count - Commitment.objects.count()):
        ticket = Ticket.objects.get(pk=commitment.ticket_id)
        ticket.pk, ticket.submission_key = None, uuid.uuid4()
        ticket.save(force_insert=True)
        commitment.pk, commitment.ticket = None, ticket
        commitment.save(force_insert=True)


# --- Acts -------------------------------------------------------------------------------------------------------------
def address(ticket: Ticket, name: str) -> str:
    return reverse("admin:escalation_commitment_act", args=[ticket.pk, name])


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def wall(**ahead: int) -> str:
    return timezone.localtime(timezone.now() + dt.timedelta(**ahead), SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def posted(ticket: Ticket, name: str, client: Client, **typed: object) -> Any:
    """The form as the page gives it, filled and sent."""
    form = client.get(address(ticket, name)).context["form"]
    hidden = {field.name: field.value() for field in form.hidden_fields() if field.value() is not None}
    return client.post(address(ticket, name), {**hidden, **typed})


def test_a_manager_acknowledges_plans_reassigns_comments_and_closes(cast: Cast) -> None:
    ticket, client = overdue_ticket(cast), signed_in(cast.mona)
    assert posted(ticket, "acknowledge", client).headers["Location"] == f"{BOARD}#t{ticket.pk}"
    assert Commitment.objects.get().acknowledged_by == cast.mona
    posted(ticket, "plan", client, plan="Rita builds a fix.", expected_at=wall(hours=3))
    assert Commitment.objects.get().plan == "Rita builds a fix."
    posted(ticket, "reassign", client, to=cast.max.pk)
    assert Commitment.objects.get().owner == cast.max
    posted(ticket, "comment", client, body="We have it.")
    assert ticket.messages.filter(body="We have it.", kind="public").count() == 1
    posted(ticket, "close", client, outcome="Fixed in 4.4.2.")
    assert Commitment.objects.get().closed_by == cast.mona
    assert first_row(cast.mona) is None


def test_a_customers_request_is_accepted_with_a_plan_or_answered_with_reasons(cast: Cast) -> None:
    client = signed_in(cast.mona)
    tickets = [file_ticket(cast, now=timezone.now()) for _ in range(2)]
    for each in tickets:
        request_escalation(
            ticket=each, by=cast.alice, reason="business", body="Launch at ten.", submission_key=uuid.uuid4(),
            now=timezone.now(),
        )  # fmt: skip
    page = board(cast.mona)
    assert "Our business is at stake" in page
    assert "Launch at ten." in page
    posted(tickets[0], "accept", client, plan="Frank joins.", expected_at=wall(hours=1))
    posted(tickets[1], "answer", client, answer="The fix ships tonight as planned.")
    assert [each.escalation_requests.get().state for each in tickets] == ["accepted", "answered"]
    assert Ticket.objects.get(pk=tickets[0].pk).tier == "t2"


@pytest.mark.parametrize("person", ["erin", "alice"])
def test_engineers_look_and_customers_do_not_even_that(cast: Cast, person: str) -> None:
    ticket, client = overdue_ticket(cast), signed_in(getattr(cast, person))
    assert client.post(address(ticket, "acknowledge")).status_code in (302, 403, 404)
    assert Commitment.objects.get().acknowledged_at is None
    if person == "erin":
        page = board(cast.erin)
        assert ticket.subject in page
        assert "/acts/" not in page


@pytest.mark.parametrize(
    ("expected_at", "complaint"),
    [
        ("", "Say by when"), ("soon", "Give date and time"), ("2020-01-01T10:00", "has passed already"),
        ("9999-12-31T23:59", "more than a year away"), ("2026-11-22T10:00+08:00", "Give date and time"),
    ],
)  # fmt: skip
def test_a_time_that_is_no_promise_is_refused_and_the_plan_is_kept(
    cast: Cast, expected_at: str, complaint: str
) -> None:
    ticket = overdue_ticket(cast)
    answer = posted(ticket, "plan", signed_in(cast.mona), plan="Typed with care.", expected_at=expected_at)
    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert "Typed with care." in answer.content.decode()
    assert Commitment.objects.get().plan == ""


def test_times_are_read_in_the_managers_own_zone_and_the_page_says_which(cast: Cast) -> None:
    ticket = overdue_ticket(cast)
    User.objects.filter(pk=cast.mona.pk).update(time_zone="America/New_York")
    client = signed_in(User.objects.get(pk=cast.mona.pk))
    assert "In your time zone, America/New_York." in client.get(address(ticket, "plan")).content.decode()
    local = (timezone.now() + dt.timedelta(hours=2)).astimezone(ZoneInfo("America/New_York"))
    posted(ticket, "plan", client, plan="p", expected_at=local.strftime("%Y-%m-%dT%H:%M"))
    assert Commitment.objects.get().expected_at == local.replace(second=0, microsecond=0)


def test_whoever_acts_on_an_old_view_is_told_and_loses_no_word(cast: Cast) -> None:
    ticket, client = overdue_ticket(cast), signed_in(cast.mona)
    form = client.get(address(ticket, "close")).context["form"]
    actions.customer_reply(ticket=ticket, by=cast.alice, body="It is worse now", now=timezone.now())
    answer = client.post(address(ticket, "close"), {"seen": form.initial["seen"], "outcome": "All is well"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Alice Chen wrote" in page
    assert "All is well" in page
    assert Commitment.objects.get().closed_at is None
    again = client.post(
        address(ticket, "close"), {"seen": answer.context["form"]["seen"].value(), "outcome": "Even so"}
    )
    assert again.status_code == 302


def test_in_the_drawer_an_act_answers_with_the_board_drawn_anew(cast: Cast) -> None:
    ticket, client = overdue_ticket(cast), signed_in(cast.mona)
    answer = client.post(address(ticket, "acknowledge"), {"back": "tier=t2"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#board"
    assert "Acknowledged." in answer.headers["HX-Trigger-After-Swap"]
    assert ticket.subject in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_pulse_changes_with_the_row(cast: Cast) -> None:
    ticket, client = overdue_ticket(cast), signed_in(cast.mona)
    before = client.get(f"{BOARD}pulse/").json()["rows"]
    assert list(before) == [str(ticket.pk)]
    actions.take(ticket=ticket, by=cast.frank, now=timezone.now())
    assert client.get(f"{BOARD}pulse/").json()["rows"] != before


def test_the_pulse_tells_of_whatever_happens_to_an_escalation(cast: Cast) -> None:
    ticket, now = overdue_ticket(cast), timezone.now()
    actions.take(ticket=ticket, by=cast.frank, now=now)
    later = now + dt.timedelta(hours=2)

    def ask(body: str) -> object:
        return request_escalation(
            ticket=ticket, by=cast.alice, reason="progress", body=body, submission_key=uuid.uuid4(), now=now
        )

    happenings = (
        lambda: ask("Nothing moves."),
        lambda: ask("The fair opens tomorrow."),
        lambda: acknowledge(ticket=ticket, by=cast.mona, now=now),
        lambda: reassign(ticket=ticket, to=cast.max, by=cast.mona, now=now),
        lambda: set_plan(ticket=ticket, by=cast.mona, plan="We look.", expected_at=later, now=now),
        lambda: set_plan(ticket=ticket, by=cast.mona, plan="We look tonight.", expected_at=later, now=now),
        lambda: attach_tracker(ticket=ticket, by=cast.rita, url="https://tracker.example.test/1", now=now),
        lambda: answer_request(ticket=ticket, by=cast.mona, answer="Frank is at it.", now=now),
    )
    stamps = [first_row(cast.mona).stamp]
    for happens in happenings:
        happens()
        stamps.append(first_row(cast.mona).stamp)
    assert len(set(stamps)) == len(stamps)
    assert first_row(cast.mona).stamp == stamps[-1]


def test_a_customer_who_asks_for_what_climbed_already_is_who_asked(cast: Cast) -> None:
    """The manager reads the complaint on the board, whatever the ticket had been escalated for before."""
    ticket = overdue_ticket(cast)
    assert first_row(cast.mona, query="?trigger=customer") is None
    opened_at = Commitment.objects.get().opened_at
    request_escalation(
        ticket=ticket, by=cast.bob, reason="business", body="Our fair.", submission_key=uuid.uuid4(), now=timezone.now()
    )
    row = first_row(cast.mona, query="?trigger=customer")
    assert (row.asked.who, row.asked.words) == ("Bob Li", "Our fair.")
    assert row.commitment.opened_at == opened_at


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
