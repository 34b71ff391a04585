"""Where a person is signed in, and signing out elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.browsers import browser_words
from accounts.models import BrowserSession, User
from tests.cast import PASSWORD, Cast

URL = "/accounts/sessions/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Safari/604"
)


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


def browser(user: User, agent: str = WINDOWS) -> Client:
    """A browser in which the person signed in."""
    client = Client(headers={"User-Agent": agent})
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def page(client: Client) -> str:
    return client.get(URL).content.decode()


def test_each_browser_is_listed_the_present_one_first(cast: Cast) -> None:
    phone = browser(cast.alice, IPHONE)
    desk = browser(cast.alice)
    shown = page(phone)
    assert shown.index("Safari on iPhone") < shown.index("Chrome on Windows")
    assert shown.count("Sign out of ") == 1
    browser(cast.bob)
    assert page(desk).count("row-name") == 2


def test_one_session_is_ended_and_only_ones_own(cast: Cast) -> None:
    phone, desk, bob = browser(cast.alice, IPHONE), browser(cast.alice), browser(cast.bob)
    row = BrowserSession.objects.get(user=cast.alice, user_agent=IPHONE)
    bob.post(URL, {"end": row.pk})
    assert is_in(phone)
    desk.post(URL, {"end": row.pk})
    assert not is_in(phone)
    assert is_in(desk)
    assert is_in(bob)
    assert page(desk).count("row-name") == 1


def test_all_others_are_ended_also_those_that_no_row_tells_of(cast: Cast) -> None:
    here, there, bob = browser(cast.alice), browser(cast.alice, IPHONE), browser(cast.bob)
    old = Client()
    old.force_login(cast.alice)
    assert is_in(old)
    here.post(URL, {"others": "1"})
    assert [is_in(each) for each in (here, there, old, bob)] == [True, False, False, True]
    assert page(here).count("row-name") == 1
    here.post(URL, {"others": "1"})
    assert is_in(here)
    assert is_in(browser(cast.alice))


@pytest.mark.parametrize("data", [{}, {"end": "abc"}, {"end": "99999999999999999999"}, {"end": "\0"}])
def test_nonsense_ends_nothing(cast: Cast, data: dict[str, str]) -> None:
    here, there = browser(cast.alice), browser(cast.alice, IPHONE)
    assert here.post(URL, data).status_code == 302
    assert is_in(there)


def test_a_new_password_keeps_this_session_listed_under_its_new_key(cast: Cast) -> None:
    here = browser(cast.alice)
    new = "quite another long one"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here)
    assert page(here).count("row-name") == 1
    assert BrowserSession.objects.get().session_key == here.session.session_key


def test_sessions_that_are_over_are_not_listed_and_go_with_the_next_sign_in(cast: Cast) -> None:
    there = browser(cast.alice, IPHONE)
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=timezone.now())
    here = browser(cast.alice)
    assert page(here).count("row-name") == 1
    assert BrowserSession.objects.count() == 1


def test_a_visit_is_written_once_a_day_and_no_page_fails_because_of_it(cast: Cast, monkeypatch) -> None:
    here = browser(cast.alice)
    first = BrowserSession.objects.get().seen_at
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("accounts.middleware.timezone.now", lambda: tomorrow)
    assert is_in(here)
    assert BrowserSession.objects.get().seen_at == tomorrow != first

    def away(*_args, **_options):
        raise DatabaseError("disk full")

    monkeypatch.setattr("accounts.middleware.timezone.now", lambda: tomorrow + timedelta(days=1))
    monkeypatch.setattr(sessions.BrowserSession.objects, "filter", away)
    assert is_in(here)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (IPHONE, "Safari on iPhone"),
        (f"{WINDOWS} Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142 MicroMessenger/8.0", "WeChat on Android"),
        ("curl/8.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_named(agent: str, words: str) -> None:
    assert browser_words(agent) == words
