"""The customer's list of tickets."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import App, User
from escalation import sweep
from tests import bad_inputs
from tests.cast import Cast, file_ticket
from tickets import actions, customer_list
from tickets.models import Category
from tickets.views import listing

URL = "/tickets/"


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def subjects(client: Client, query: str = "") -> list[str]:
    response = client.get(URL + query)
    assert response.status_code == 200
    return re.findall(r'class="row-title"[^>]*><bdi>([^<]*)</bdi>', response.content.decode())


@pytest.fixture
def mixed(cast: Cast, alice: Client) -> Client:
    """An open one, one waiting on the customer, a resolved and a closed one."""
    now = timezone.now()
    file_ticket(cast, subject="open", severity="p1", app=None)
    waiting = file_ticket(cast, subject="waiting")
    actions.reply_and_wait(ticket=waiting, by=cast.erin, body="Which version?", now=now)
    resolved, closed = file_ticket(cast, subject="resolved"), file_ticket(cast, subject="closed")
    actions.confirm_solved(ticket=closed, by=cast.alice, now=now)
    actions.confirm_solved(ticket=resolved, by=cast.alice, now=now + timedelta(minutes=1))
    closed.refresh_from_db()
    sweep.run(closed.check_at)
    return alice


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["waiting", "open"]),
        ("?show=waiting", ["waiting"]),
        ("?show=resolved", ["resolved"]),
        ("?show=closed", ["closed"]),
        ("?show=all", ["waiting", "closed", "resolved", "open"]),
        ("?show=all&severity=p1", ["open"]),
        ("?show=all&q=WAIT", ["waiting"]),
        ("?show=all&q=100%25", []),
        ("?severity=p1&severity=p2", ["waiting"]),
    ],
)
def test_filters_narrow_the_list(mixed: Client, query: str, expected: list[str]) -> None:
    assert subjects(mixed, query) == expected


def test_a_number_finds_its_ticket(cast: Cast, alice: Client) -> None:
    nothing = {"environment": actions.EnvironmentFacts(), "description": "It freezes."}
    ticket, _other = file_ticket(cast, subject="wanted", **nothing), file_ticket(cast, subject="other", **nothing)
    assert subjects(alice, f"?q={ticket.pk}") == ["wanted"]
    assert subjects(alice, f"?q=%23{ticket.pk}") == ["wanted"]


def test_an_app_narrows_the_list_and_a_strangers_does_not(cast: Cast, alice: Client) -> None:
    web = App.objects.create(organisation=cast.acme, name="Web", app_id="w", platform="web", product=cast.app.product)
    theirs = App.objects.create(
        organisation=cast.other, name="Theirs", app_id="t", platform="web", product=cast.app.product
    )
    file_ticket(cast, subject="android")
    file_ticket(cast, subject="web", app=web)
    assert subjects(alice, f"?app={web.pk}") == ["web"]
    assert "Theirs" not in alice.get(URL).content.decode()
    page = alice.get(f"{URL}?app={theirs.pk}").content.decode()
    assert "Left out" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=abc", "before=abc", "before=-1", "before=99999999999999999999999", "after=1e9", "before=%00", "severity=zzz",
        "severity=%00", "show=nosuch", "show=%00", "app=abc", "app=99999999999999999999999", "q=%00", "q=" + "x" * 5000,
        "q=99999999999999999999999999", "q=%F0%9F%98%80", "q=%ff%fe", "q=" + quote("'; drop table--"), "sort=nosuch", "a" * 2000,
        "before=5&after=1", "q[]=1", "severity[]=p0", "q=²", "category=abc", "category=%00", "filed_by=x", "organisation=1e9",
        "created_after=%00", "created_before=9999-12-31", "created_after=2026-02-30",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(mixed: Client, query: str) -> None:
    response = mixed.get(f"{URL}?{query}")
    assert response.status_code == 200
    if query in ("severity=zzz", "q=%00", "app=abc"):
        assert "Left out, because the value is not possible" in response.content.decode()


# The catalogue of bad inputs: the groups pagination_filter and datetime, as the list takes them.
@pytest.mark.parametrize("entry_id", ["PF02", "PF05", "PF07", "PF08", "PF09", "PF10", "PF11", "PF12", "PF17", "PF19"])
def test_no_parameter_of_the_catalogue_is_an_error_or_changes_what_is_seen(mixed: Client, entry_id: str) -> None:
    entry = bad_inputs.entry(entry_id)
    query = entry["input"]
    assert subjects(mixed, query) == ["waiting", "open"]
    page = mixed.get(URL + query).content.decode()
    assert "=<script>" not in page
    assert ("Left out, because the value is not possible: Filed on or after." in page) is (entry_id == "PF17")


def test_a_thousand_parameters_are_refused_and_some_hundred_are_not_used(mixed: Client) -> None:
    """PF16."""
    assert mixed.get(f"{URL}?{'&'.join(['tag=a'] * 1000)}").status_code == 400
    assert subjects(mixed, f"?{'&'.join(['tag=a'] * 400)}") == ["waiting", "open"]


@pytest.mark.parametrize("entry_id", ["DT05", "DT10"])
@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_no_day_of_the_catalogue_is_an_error(mixed: Client, name: str, entry_id: str) -> None:
    text = bad_inputs.entry(entry_id)["input"]
    assert subjects(mixed, f"?{name}={quote(text)}") == ["waiting", "open"]
    assert "Left out" in mixed.get(f"{URL}?{name}={quote(text)}").content.decode()


def test_an_unknown_zone_of_the_reader_is_no_error(cast: Cast, mixed: Client) -> None:
    """DT13."""
    User.objects.filter(pk=cast.alice.pk).update(time_zone="Europe/Nosuch")
    assert subjects(mixed, "?created_after=2026-01-01") == ["waiting", "open"]


def test_further_filters_narrow_the_list(cast: Cast, alice: Client) -> None:
    echo = Category.objects.exclude(pk=cast.category.pk).first()
    assert echo is not None
    file_ticket(cast, subject="mine")
    file_ticket(cast, subject="bob's echo", by=cast.bob, category=echo)
    assert subjects(alice, "?filed_by=me") == ["mine"]
    assert subjects(alice, "?filed_by=others") == ["bob&#x27;s echo"]
    assert subjects(alice, f"?category={echo.pk}") == ["bob&#x27;s echo"]
    assert subjects(alice, f"?organisation={cast.acme.pk}") == ["bob&#x27;s echo", "mine"]


def test_days_are_those_of_the_readers_zone_and_include_the_last(cast: Cast, alice: Client) -> None:
    """The cast files at 10:00 in Shanghai, which is the evening before in New York."""
    file_ticket(cast, subject="filed")
    assert subjects(alice, "?created_after=2026-06-08&created_before=2026-06-08") == ["filed"]
    assert subjects(alice, "?created_before=2026-06-07") == []
    User.objects.filter(pk=cast.alice.pk).update(time_zone="America/New_York")
    assert subjects(alice, "?created_before=2026-06-07") == ["filed"]
    assert subjects(alice, "?created_after=2026-06-08") == []


def test_filters_of_another_organisation_show_and_count_nothing_of_it(cast: Cast, alice: Client) -> None:
    """ID07: not even in the counts."""
    file_ticket(cast, subject="theirs", by=cast.mallory, organisation=cast.other, app=None)
    page = alice.get(f"{URL}?organisation={cast.other.pk}&assignee={cast.erin.pk}").content.decode()
    assert "theirs" not in page
    assert ">1</span>" not in page
    assert cast.other.name not in page


def test_a_private_page_is_kept_by_no_cache(cast: Cast, client: Client) -> None:
    """ID18: Alice, then Mallory, at the same address."""
    file_ticket(cast, subject="Alice's")
    for person, sees in ((cast.alice, True), (cast.mallory, False)):
        client.force_login(person)
        for url in (URL, "/tickets/export/"):
            answer = client.get(url)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert (b"Alice" in body) is sees
            assert "no-store" in answer.headers["Cache-Control"]
            assert "Cookie" in answer.headers["Vary"]


def test_what_waits_on_the_customer_stands_on_top_with_the_time_lost(cast: Cast, alice: Client) -> None:
    now = timezone.now()
    for subject, days in (("two days", 2), ("five days", 5)):
        ticket = file_ticket(cast, subject=subject, now=now - timedelta(days=9))
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="?", now=now - timedelta(days=8))
        actions.customer_reply(ticket=ticket, by=cast.alice, body="!", now=now - timedelta(days=7))
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="?", now=now - timedelta(days=days))
    file_ticket(cast, subject="newer")
    assert subjects(alice) == ["five days", "two days", "newer"]
    page = alice.get(URL).content.decode()
    assert "Waiting for your answer for 5 d, 6 d in all" in page
    assert "Waiting for your answer for 2 d, 3 d in all" in page
    assert subjects(alice, "?before=999999") == ["newer"]


def test_of_many_that_wait_the_longest_are_on_top_and_the_others_a_link_away(
    cast: Cast, alice: Client, monkeypatch
) -> None:
    monkeypatch.setattr(customer_list, "MOST_WAITING", 2)
    for number in range(3):
        ticket = file_ticket(cast, subject=f"t{number}")
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="?", now=timezone.now())
    assert subjects(alice) == ["t0", "t1"]
    assert '<a href="/tickets/?show=waiting">All of them</a>' in alice.get(URL).content.decode()


def test_only_what_a_person_may_see_is_listed(cast: Cast, alice: Client) -> None:
    file_ticket(cast, subject="private", by=cast.bob, is_shared=False)
    file_ticket(cast, subject="shared", by=cast.bob)
    file_ticket(cast, subject="theirs", by=cast.mallory, organisation=cast.other, app=None)
    assert subjects(alice, "?show=all") == ["shared"]


def test_pages_join_without_gap_or_repeat_in_both_directions(cast: Cast, alice: Client, monkeypatch) -> None:
    monkeypatch.setattr(customer_list, "PAGE_SIZE", 3)
    for number in range(8):
        file_ticket(cast, subject=f"t{number}")
    pages, url, newer = [], URL, None
    while url:
        page = alice.get(url).content.decode()
        pages.append(subjects(alice, url.removeprefix(URL)))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        newer = re.search(r'href="([^"]+)" rel="prev"', page)
        url = older and older[1].replace("&amp;", "&")
    assert pages == [["t7", "t6", "t5"], ["t4", "t3", "t2"], ["t1", "t0"]]
    assert newer
    assert subjects(alice, newer[1].removeprefix(URL).replace("&amp;", "&")) == ["t4", "t3", "t2"]


def test_counts_stop_at_a_cap(cast: Cast, alice: Client, monkeypatch) -> None:
    monkeypatch.setattr(listing, "COUNTED_TO", 2)
    for _ in range(3):
        file_ticket(cast)
    assert '<span class="tab-count">2+</span>' in alice.get(URL).content.decode()


def test_an_empty_list_says_what_to_do(cast: Cast, alice: Client) -> None:
    assert "When something breaks" in alice.get(URL).content.decode()
    assert "Clear the filter" in alice.get(f"{URL}?q=nothing").content.decode()


def test_staff_are_led_to_the_queue(cast: Cast, client: Client) -> None:
    client.force_login(cast.erin)
    assert client.get(URL).headers["Location"] == "/admin/tickets/ticket/"


def test_a_full_page_costs_what_one_line_costs(cast: Cast, alice: Client, django_assert_num_queries) -> None:
    file_ticket(cast)
    subjects(alice)
    with CaptureQueriesContext(connection) as few:
        assert len(subjects(alice)) == 1
    for _ in range(40):
        file_ticket(cast)
    assert len(few) <= 15
    with django_assert_num_queries(len(few)):
        assert len(subjects(alice)) == 25
