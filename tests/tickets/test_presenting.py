"""What the pages show of clocks, owner and status, at instants of a known week (Monday 10:00 in Shanghai is NOW)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from accounts.choices import Tier
from sla.choices import ClockKind
from tests.cast import NOW, Cast, file_ticket
from tickets import actions, presenting
from tickets.models import Ticket
from tickets.presenting import ClockView, clock_views, customer_status, nearest_clock, owner_line

FRIDAY_EVENING = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai, closed till Monday


def views_of(ticket: Ticket, now: datetime) -> dict[str, ClockView]:
    return clock_views(Ticket.objects.prefetch_related(presenting.clocks_loaded()).get(pk=ticket.pk), now)


def answer(ticket: Ticket, cast: Cast, now: datetime) -> None:
    actions.reply(ticket=ticket, by=cast.erin, body="We look into it.", now=now)


@pytest.mark.parametrize(
    ("minutes", "state", "remaining", "sentence"),
    [
        (0, "running", 900, "15 min left"),
        (11, "running", 240, "4 min left"),
        (12, "at_risk", 180, "3 min left"),
        (15, "at_risk", 0, "0 s left"),
        (16, "breached", -60, "1 min over"),
        (100, "breached", -85 * 60, "1 h 25 min over"),
    ],
)
def test_a_clock_around_the_clock_counts_wall_time(cast: Cast, minutes, state, remaining, sentence) -> None:
    view = views_of(file_ticket(cast, severity="p0"), NOW + timedelta(minutes=minutes))[ClockKind.FIRST_RESPONSE]
    assert (view.state, view.remaining_seconds, view.sentence) == (state, remaining, sentence)
    assert (view.is_business, view.open_until, view.is_ticking) == (False, None, True)
    assert view.due_at == NOW + timedelta(minutes=15)


def test_a_business_clock_counts_working_time_and_knows_until_when_it_runs_today(cast: Cast) -> None:
    view = views_of(file_ticket(cast, severity="p2"), NOW)[ClockKind.RESOLUTION]
    assert view.remaining_seconds == 17 * 3600
    assert view.sentence == "17 h left"
    assert view.open_until == datetime(2026, 6, 8, 9, 30, tzinfo=UTC)


def test_a_business_clock_stands_while_nobody_works(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=FRIDAY_EVENING)
    for now in (FRIDAY_EVENING, FRIDAY_EVENING + timedelta(hours=20)):
        view = views_of(ticket, now)[ClockKind.FIRST_RESPONSE]
        assert view.is_closed_now
        assert view.sentence == "4 h left"
        assert view.due_at == datetime(2026, 6, 15, 5, 0, tzinfo=UTC)


def test_an_answer_in_time_is_met_and_the_row_turns_to_the_resolution(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    assert nearest_clock(views_of(ticket, NOW).values()).kind == ClockKind.FIRST_RESPONSE
    answer(ticket, cast, NOW + timedelta(minutes=20))
    views = views_of(ticket, NOW + timedelta(minutes=30))
    assert (views[ClockKind.FIRST_RESPONSE].state, views[ClockKind.FIRST_RESPONSE].sentence) == ("met", "in 20 min")
    assert nearest_clock(views.values()).kind == ClockKind.RESOLUTION


def test_an_answer_that_came_late_stays_late(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    answer(ticket, cast, NOW + timedelta(minutes=20))
    view = views_of(ticket, NOW + timedelta(hours=3))[ClockKind.FIRST_RESPONSE]
    assert (view.state, view.is_ticking, view.sentence) == ("breached", False, "5 min over")


def test_a_paused_clock_says_what_is_left_and_has_no_due(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Send the log, please.", now=NOW + timedelta(hours=1))
    view = nearest_clock(views_of(ticket, NOW + timedelta(hours=30)).values())
    assert (view.kind, view.state, view.sentence, view.due_at) == (ClockKind.RESOLUTION, "paused", "7 h left", None)
    assert not view.is_ticking


def test_the_row_of_a_clock_carries_what_the_script_needs(cast: Cast) -> None:
    view = views_of(file_ticket(cast, severity="p2"), NOW)[ClockKind.FIRST_RESPONSE]
    with timezone.override("Asia/Shanghai"):
        row = render_to_string("tickets/parts/clock_row.html", {"clock": view})
    assert 'data-seconds="14400"' in row
    assert 'data-open-until="2026-06-08T09:30:00+00:00"' in row
    assert 'datetime="2026-06-08T06:00:00+00:00"' in row
    assert "8 Jun 2026, 14:00" in row


def test_the_owner_is_named_with_the_tier(cast: Cast) -> None:
    ticket = file_ticket(cast)
    assert owner_line(ticket) == "Tier 1, being assigned"
    ticket.assignee, ticket.tier = cast.rita, Tier.RND
    assert owner_line(ticket) == "Rita Sun, R&D"


@pytest.mark.parametrize(("status", "words"), [("waiting_customer", "Waiting on you"), ("resolved", "Resolved")])
def test_the_status_is_told_from_where_the_customer_stands(status: str, words: str) -> None:
    with translation.override("en"):
        assert customer_status(Ticket(status=status)) == words


def test_what_was_answered_before_anybody_had_to_work_took_no_seconds(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=FRIDAY_EVENING)
    answer(ticket, cast, FRIDAY_EVENING + timedelta(hours=1))
    view = views_of(ticket, FRIDAY_EVENING + timedelta(hours=2))[ClockKind.FIRST_RESPONSE]
    assert (view.state, view.elapsed_seconds, view.sentence) == ("met", 0, "before hours began")


def test_the_time_by_the_wall_stands_beside_what_the_clock_counted(cast: Cast, client: Client, monkeypatch) -> None:
    ticket = file_ticket(cast, severity="p2")
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which build?", now=NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=50)
    views = views_of(ticket, later).values()
    assert [(view.elapsed_seconds, view.total_seconds) for view in views] == [(7200, 7200), (7200, 180_000)]
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    client.force_login(cast.erin)
    page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    assert "2 h counted; 2 d 2 h since it was filed" in page
