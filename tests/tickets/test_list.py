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

from accounts.models import App
from escalation import sweep
from tests.cast import Cast, file_ticket
from tickets import actions
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
        ("?show=all", ["closed", "resolved", "waiting", "open"]),
        ("?show=all&severity=p1", ["open"]),
        ("?show=all&q=WAIT", ["waiting"]),
        ("?show=all&q=100%25", []),
        ("?severity=p1&severity=p2", ["waiting"]),
    ],
)
def test_filters_narrow_the_list(mixed: Client, query: str, expected: list[str]) -> None:
    assert subjects(mixed, query) == expected


def test_a_number_finds_its_ticket(cast: Cast, alice: Client) -> None:
    ticket, _other = file_ticket(cast, subject="wanted"), file_ticket(cast, subject="other")
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
        "before=5&after=1", "q[]=1", "severity[]=p0", "q=²",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(mixed: Client, query: str) -> None:
    response = mixed.get(f"{URL}?{query}")
    assert response.status_code == 200
    if query in ("severity=zzz", "q=%00", "app=abc"):
        assert "Left out, because the value is not possible" in response.content.decode()


def test_only_what_a_person_may_see_is_listed(cast: Cast, alice: Client) -> None:
    file_ticket(cast, subject="private", by=cast.bob, is_shared=False)
    file_ticket(cast, subject="shared", by=cast.bob)
    file_ticket(cast, subject="theirs", by=cast.mallory, organisation=cast.other, app=None)
    assert subjects(alice, "?show=all") == ["shared"]


def test_pages_join_without_gap_or_repeat_in_both_directions(cast: Cast, alice: Client, monkeypatch) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)
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
