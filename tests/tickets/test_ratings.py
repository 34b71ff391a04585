"""Scores: asked once per resolution, given in the site or by the link in the mail, changed for two weeks, never by staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from delivery.models import OutboundMessage
from notifications import fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.actions import Score
from tickets.errors import ActionRefused
from tickets.models import Rating, Ticket, TicketEvent
from tickets.rating import ASKED_FOR, CHANGED_FOR, is_low, is_open
from tickets.rating_links import open_link, path_for

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch):
    def set_to(at) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    set_to(LATER)
    return set_to


def solve(cast: Cast, at=NOW, **fields) -> Ticket:
    ticket = file_ticket(cast, **fields)
    actions.take(ticket=ticket, by=cast.erin, now=at)
    return actions.resolve(ticket=ticket, by=cast.erin, message="Update.", cause="", fix="", prevention="", now=at)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(("asked", "rated", "expected"), [
    (timedelta(0), None, True),
    (ASKED_FOR - timedelta(seconds=1), None, True),
    (ASKED_FOR, None, False),
    (timedelta(days=40), timedelta(days=13), True),
    (timedelta(days=40), CHANGED_FOR, False),
])  # fmt: skip
def test_when_a_solution_may_be_scored(asked: timedelta, rated: timedelta | None, expected: bool) -> None:
    assert is_open(asked_at=NOW - asked, rated_at=None if rated is None else NOW - rated, now=NOW) is expected


def test_which_scores_are_low() -> None:
    assert [is_low(score) for score in range(1, 6)] == [True, True, False, False, False]


@pytest.mark.django_db
def test_each_resolution_asks_once(cast: Cast) -> None:
    ticket = solve(cast)
    first = Rating.objects.get()
    assert (first.engineer, first.score) == (cast.erin, None)
    actions.rate(rating=first, by=cast.alice, score=Score(score=4), now=LATER)
    actions.reopen(ticket=ticket, by=cast.alice, reason="Again", now=LATER)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=LATER)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=LATER)
    assert [each.score for each in Rating.objects.order_by("pk")] == [4, None]


@pytest.mark.django_db
def test_a_customer_scores_and_both_sides_see_it(cast: Cast, now) -> None:
    ticket = solve(cast)
    client = client_of(cast.alice)
    address = reverse("tickets:rate", args=[ticket.pk])
    assert f"{address}?score=5" in client.get(ticket.get_absolute_url()).content.decode()
    assert re.search(r'value="2"[^>]*checked', client.get(f"{address}?score=2").content.decode())
    assert Rating.objects.get().score is None, "opening the address scores nothing"
    sent = {
        "score": "4",
        "speed": "5",
        "comment": "Quick; the key 'app certificate' was asked for",
        "may_publish": "on",
    }
    assert client.post(address, sent).headers["Location"] == ticket.get_absolute_url()
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "4 of 5" in page
    assert "scored the solution 4 of 5" in page
    desk = client_of(cast.erin).get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    assert "4 of 5" in desk
    rating = Rating.objects.get()
    assert (rating.by, rating.rated_at, rating.speed, rating.skill, rating.may_publish) == (
        cast.alice, LATER, 5, None, True,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_score_may_be_changed_for_two_weeks_by_whoever_gave_it_or_filed_the_ticket(cast: Cast, now) -> None:
    ticket = solve(cast)
    rating = Rating.objects.get()
    actions.rate(rating=rating, by=cast.bob, score=Score(score=2), now=LATER)
    with pytest.raises(ActionRefused, match="Bob Li has scored"):
        actions.rate(rating=rating, by=cast.olga, score=Score(score=5), now=LATER)
    actions.rate(rating=rating, by=cast.alice, score=Score(score=3), now=LATER + timedelta(days=1))
    rating.refresh_from_db()
    assert (rating.score, rating.rated_at, rating.revision) == (3, LATER, 2)
    with pytest.raises(ActionRefused, match="too long ago"):
        actions.rate(rating=rating, by=cast.alice, score=Score(score=5), now=LATER + CHANGED_FOR)
    kinds = [
        event.data["is_change"] for event in TicketEvent.objects.filter(ticket=ticket, kind="rated").order_by("pk")
    ]
    assert kinds == [False, True]


@pytest.mark.django_db
def test_two_tabs_do_not_overwrite_each_other_and_a_double_click_counts_once(cast: Cast, now) -> None:
    """RA13."""
    ticket = solve(cast)
    address, client = reverse("tickets:rate", args=[ticket.pk]), client_of(cast.alice)
    for _ in range(2):
        assert client.post(address, {"score": "4", "revision": "0"}).status_code == 302
    stale = client.post(address, {"score": "1", "comment": "kept words", "revision": "0"})
    assert stale.status_code == 409
    assert b"kept words" in stale.content
    assert TicketEvent.objects.filter(kind="rated").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [
    {}, {"score": ""}, {"score": "0"}, {"score": "6"}, {"score": "-1"}, {"score": "x" * 5000}, {"score": "4", "speed": "9"},
    {"score": "4", "comment": "x" * 4001}, {"score": "4", "revision": "9" * 30}, {"score": "٣"},
])  # fmt: skip
def test_bad_scores_are_refused_in_words(cast: Cast, now, sent: dict[str, str]) -> None:
    ticket = solve(cast)
    answer = client_of(cast.alice).post(reverse("tickets:rate", args=[ticket.pk]), sent)
    assert answer.status_code == 422
    assert b"error-summary" in answer.content
    assert Rating.objects.get().score is None


@pytest.mark.django_db
def test_nobody_rates_themselves(cast: Cast, now) -> None:
    ticket = solve(cast)
    rating = Rating.objects.get()
    for person in (cast.erin, cast.mona, cast.ada):
        with pytest.raises(ActionRefused, match="nobody scores their own work"):
            actions.rate(rating=rating, by=person, score=Score(score=5), now=LATER)
        assert client_of(person).post(reverse("tickets:rate", args=[ticket.pk]), {"score": "5"}).status_code == 404
        assert open_link(path_for(rating, person).split("/")[-2], now=LATER) is None
    assert client_of(cast.mallory).get(reverse("tickets:rate", args=[ticket.pk])).status_code == 404


@pytest.mark.django_db
def test_an_open_ticket_is_not_scored(cast: Cast, now) -> None:
    ticket = solve(cast)
    actions.reopen(ticket=ticket, by=cast.alice, reason="Again", now=LATER)
    rating = Rating.objects.get()
    with pytest.raises(ActionRefused, match="open again"):
        actions.rate(rating=rating, by=cast.alice, score=Score(score=5), now=LATER)
    assert client_of(cast.alice).get(reverse("tickets:rate", args=[ticket.pk])).status_code == 302
    assert open_link(path_for(rating, cast.alice).split("/")[-2], now=LATER) is None


@pytest.mark.django_db
def test_the_mail_brings_a_link_that_scores_once_without_signing_in(cast: Cast, now) -> None:
    ticket = solve(cast)
    fan_out.run(LATER)
    mail = OutboundMessage.objects.filter(address=cast.alice.email, subject__contains="solved").get()
    found = re.search(r"https?://[^/\s]+(/scores/\S+/)", mail.body_text)
    assert found, mail.body_text
    assert f"{found[1]}?score=5" in mail.body_html
    assert "/scores/" not in OutboundMessage.objects.exclude(pk=mail.pk).values_list("body_text", flat=True)
    client = Client()
    assert client.get(f"{found[1]}?score=5").status_code == 200
    assert Rating.objects.get().score is None, "a mail program that opens links scores nothing"
    assert b"Thank you" in client.post(found[1], {"score": "5", "revision": "0"}).content
    rating = Rating.objects.get()
    assert (rating.score, rating.by, rating.ticket) == (5, cast.alice, ticket)
    for answer in (client.get(found[1]), client.post(found[1], {"score": "1"})):
        assert answer.status_code == 404
        assert b"This link is closed" in answer.content
    rating.refresh_from_db()
    assert rating.score == 5


@pytest.mark.django_db
def test_links_that_are_not_ours_or_too_old_or_of_somebody_who_left_open_nothing(cast: Cast, now, monkeypatch) -> None:
    solve(cast)
    rating = Rating.objects.get()
    path = path_for(rating, cast.bob)
    for forged in (
        path[:-3] + "xx/",
        f"/scores/{dumps([rating.pk, cast.bob.pk], salt='other')}/",
        "/scores/%00/",
        "/scores/x/",
    ):
        assert Client().get(forged).status_code == 404
    assert open_link(path.split("/")[-2], now=LATER)
    assert open_link(path.split("/")[-2], now=NOW + ASKED_FOR) is None
    cast.bob.memberships.all().delete()
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_a_low_score_waits_for_an_escalation_manager(cast: Cast, now) -> None:
    ticket = solve(cast)
    rating = Rating.objects.get()
    actions.rate(rating=rating, by=cast.alice, score=Score(score=1, comment="Nobody answered"), now=LATER)
    fan_out.run(LATER)
    assert Notice.objects.filter(recipient=cast.mona, event__kind="rated").exists()
    assert OutboundMessage.objects.filter(address=cast.mona.email, body_text__contains="Nobody answered").count() == 1
    page = reverse("escalation:scores")
    board = client_of(cast.mona).get(reverse("admin:escalation_commitment_changelist")).content.decode()
    assert page in board
    assert b"Nobody answered" in client_of(cast.frank).get(page).content
    assert client_of(cast.frank).post(page, {"rating": rating.pk, "outcome": "x"}).status_code == 404
    assert client_of(cast.alice).get(page).status_code == 404
    manager = client_of(cast.mona)
    assert manager.post(page, {"rating": rating.pk, "outcome": " "}).status_code == 422
    assert manager.post(page, {"rating": rating.pk, "outcome": "Called her; a credit."}).status_code == 302
    assert manager.post(page, {"rating": rating.pk, "outcome": "Twice"}).status_code == 302
    rating.refresh_from_db()
    assert (rating.outcome, rating.followed_up_by) == ("Called her; a credit.", cast.mona)
    shown = client_of(cast.alice).get(ticket.get_absolute_url()).content
    assert b"a credit" not in shown, "only our side reads what came of it"
    assert b"a credit" in client_of(cast.erin).get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content


@pytest.mark.django_db
def test_a_score_that_is_raised_before_anybody_came_calls_them_off(cast: Cast) -> None:
    solve(cast)
    rating = Rating.objects.get()
    actions.rate(rating=rating, by=cast.alice, score=Score(score=2), now=LATER)
    assert Rating.objects.to_follow_up().count() == 1
    actions.rate(rating=rating, by=cast.alice, score=Score(score=4), now=LATER)
    assert Rating.objects.to_follow_up().count() == 0
    with pytest.raises(ActionRefused, match="Nothing waits"):
        actions.follow_up_rating(rating=rating, by=cast.mona, outcome="x", now=LATER)


@pytest.mark.django_db
def test_secrets_in_a_comment_are_masked(cast: Cast) -> None:
    solve(cast)
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    rating = actions.rate(
        rating=Rating.objects.get(), by=cast.alice, score=Score(score=5, comment=f"My token is {secret}"), now=LATER
    )
    assert secret not in rating.comment
    assert secret not in str(list(TicketEvent.objects.values_list("data", flat=True)))
    assert TicketEvent.objects.filter(kind="secrets_masked").exists()


@pytest.mark.django_db
def test_the_link_to_a_solution_that_did_not_hold_scores_nothing_of_the_next(cast: Cast, now) -> None:
    ticket = solve(cast)
    old = path_for(Rating.objects.get(), cast.alice)
    actions.reopen(ticket=ticket, by=cast.alice, reason="Again", now=LATER)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=LATER)
    assert Client().post(old, {"score": 5, "revision": 0}).status_code == 404
    assert Client().post(path_for(Rating.objects.all()[0], cast.alice), {"score": 5, "revision": 0}).status_code == 200
    assert list(Rating.objects.order_by("pk").values_list("score", flat=True)) == [None, 5]
