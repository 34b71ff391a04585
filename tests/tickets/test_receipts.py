"""The page of the SLA receipt: what it says, to whom, and at what cost."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from escalation.actions import request_escalation
from sla.models import Calendar
from sla.wording import exact_duration, weekly_hours
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Ticket
from tickets.receipts import receipts_of

MOST_QUERIES = 15


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Receipts that no page makes are in the language that is active, which another test's page may have left behind."""
    with translation.override("en"):
        yield


def at(minutes: float) -> dt.datetime:
    """Minutes after Monday 10:00 in Shanghai."""
    return NOW + dt.timedelta(minutes=minutes)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    """Views read the time here."""

    def set_to(now: dt.datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return set_to


def asked_ticket(cast: Cast) -> Ticket:
    """Filed at 16:50; the engineer asks for logs the next day at 10:12, and Bob sends them at 11:00."""
    ticket = file_ticket(cast, now=at(410))
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="The logs, please.", now=at(24 * 60 + 12))
    actions.customer_reply(ticket=ticket, by=cast.bob, body="Here they are.", now=at(24 * 60 + 60))
    return ticket


def lines_of(page: str) -> list[str]:
    found = re.findall(r"<li[^>]*>(<time.*?)</li>", page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in found]


def page_of(client: Client, ticket: Ticket, address: str = "tickets:receipt") -> str:
    answer = client.get(reverse(address, args=[ticket.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_customer_reads_the_clock_line_by_line(cast: Cast, client: Client, later) -> None:
    ticket = asked_ticket(cast)
    later(at(24 * 60 + 65))
    client.force_login(cast.alice)
    page = page_of(client, ticket)
    assert lines_of(page)[-7:] == [
        "Mon 8 Jun 16:50 Started: Alice Chen filed the ticket",
        "Mon 8 Jun 17:30 Closed for the day 40 min",
        "Tue 9 Jun 09:00 Hours begin; the clock counts on",
        "Tue 9 Jun 10:12 Paused: Erin Wu asked something and waits for the answer 1 h 12 min",
        "Tue 9 Jun 11:00 Goes on: Bob Li answered",
        "Tue 9 Jun 11:05 Now; the clock counts on 5 min",
        "Thu 11 Jun 09:08 Due",
    ]
    assert "<strong>1 h 57 min</strong>" in page
    assert "18 h 15 min on the wall clock" in page  # since it was filed
    assert "Mon–Fri 09:00–17:30, Asia/Shanghai" in page


def test_a_reader_elsewhere_reads_the_same_instants_in_their_own_zone(cast: Cast, client: Client, later) -> None:
    ticket = asked_ticket(cast)
    later(at(24 * 60 + 65))
    cast.alice.time_zone = "Europe/London"
    cast.alice.save(update_fields=["time_zone"])
    client.force_login(cast.alice)
    assert "Mon 8 Jun 10:30 Closed for the day 40 min" in lines_of(page_of(client, ticket))


def test_the_page_speaks_chinese(cast: Cast, client: Client, later) -> None:
    ticket = asked_ticket(cast)
    later(at(24 * 60 + 65))
    cast.alice.language = "zh-hans"
    cast.alice.save(update_fields=["language"])
    client.force_login(cast.alice)
    assert any(
        line.startswith("06-08 周一 17:30") and line.endswith("40 分钟") for line in lines_of(page_of(client, ticket))
    )


def test_a_change_of_severity_has_a_line_and_counts_from_the_start(cast: Cast, later) -> None:
    ticket = file_ticket(cast)
    actions.change_severity(ticket=ticket, by=cast.alice, severity="p1", reason="All users", now=at(120))
    response = receipts_of(Ticket.objects.get(pk=ticket.pk), now=at(130))[0]
    words = [line.words for line in response.lines]
    assert words[0] == "Started: Alice Chen filed the ticket"
    assert words[1] == "Due: the promised time was used up"
    assert words[2].endswith("“All users”. The new target and hours count from the start.")
    assert words[3] == "The severity was changed; by its target the time had passed already"
    assert response.hours == "Counted around the clock, every day of the year"


def test_an_edited_calendar_is_named_on_the_receipt(cast: Cast) -> None:
    ticket = file_ticket(cast)
    Calendar.objects.update(version=9)
    assert "edited since this clock started" in receipts_of(ticket, now=at(5))[0].notes[0]


def test_promises_beside_the_clocks_have_receipts_too(cast: Cast, client: Client, later) -> None:
    ticket = file_ticket(cast, severity="p1")
    request_escalation(
        ticket=ticket, by=cast.alice, reason="progress", body="", submission_key=ticket.submission_key, now=at(5)
    )
    later(at(15))
    client.force_login(cast.alice)
    page = page_of(client, ticket)
    assert "Answer to your escalation" in page
    assert "Mon 8 Jun 10:05 Started: the promise was made" in lines_of(page)
    assert "Since it was promised" in page


def test_weeks_stay_a_page(cast: Cast, client: Client, later) -> None:
    ticket = file_ticket(cast, severity="p3")
    later(NOW + dt.timedelta(days=300))
    client.force_login(cast.alice)
    page = page_of(client, ticket)
    assert len(lines_of(page)) < 25
    assert re.search(r"\d+ working days from", page)


@pytest.mark.parametrize("pauses", [1, 40])
def test_the_page_costs_the_same_however_long_the_ledger_is(
    cast: Cast, client: Client, later, django_assert_max_num_queries, pauses: int
) -> None:
    ticket = file_ticket(cast, severity="p1")
    for number in range(pauses):
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="And?", now=at(number * 2 + 1))
        actions.customer_reply(ticket=ticket, by=cast.bob, body="So.", now=at(number * 2 + 2))
    later(at(200))
    client.force_login(cast.alice)
    with django_assert_max_num_queries(MOST_QUERIES):
        page = page_of(client, ticket)
    assert len(page) < 100_000


def test_the_desk_reads_the_same_lines(cast: Cast, client: Client, later) -> None:
    ticket = asked_ticket(cast)
    later(at(24 * 60 + 65))
    client.force_login(cast.alice)
    theirs = lines_of(page_of(client, ticket))
    client.force_login(cast.erin)
    assert lines_of(page_of(client, ticket, "admin:tickets_ticket_receipt")) == theirs
    assert (
        reverse("admin:tickets_ticket_receipt", args=[ticket.pk])
        in client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    )


def test_the_ticket_leads_to_its_receipt_and_strangers_find_none(cast: Cast, client: Client) -> None:
    ticket = file_ticket(cast)
    address = reverse("tickets:receipt", args=[ticket.pk])
    client.force_login(cast.alice)
    assert address in client.get(ticket.get_absolute_url()).content.decode()
    client.force_login(cast.mallory)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("seconds", "days", "words"),
    [
        (0, True, "0 s"),
        (153_000, False, "42 h 30 min"),
        (153_000, True, "1 d 18 h 30 min"),
        (4325, True, "1 h 12 min 5 s"),
    ],
)
def test_durations_that_add_up_drop_no_unit(seconds: int, days: bool, words: str) -> None:
    with translation.override("en"):
        assert exact_duration(seconds, days=days) == words


def test_a_week_in_one_line() -> None:
    office, saturday = [["09:00", "12:00"], ["13:30", "18:00"]], [["10:00", "12:00"]]
    with translation.override("en"):
        assert weekly_hours({"mon": office, "tue": office, "sat": saturday}) == (
            "Mon–Tue 09:00–12:00, 13:30–18:00; Sat 10:00–12:00"
        )
