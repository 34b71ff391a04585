"""Drafts in a real browser: kept while typing and on leaving, two tabs at once, and sent while a save is due."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import file_ticket, make_cast
from tickets.models import Draft, Ticket

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def alice(live_server, chromium):
    """The cast, and Alice's browser."""
    cast = make_cast()
    client = Client()
    client.force_login(cast.alice)
    context = chromium.new_context(viewport={"width": 375, "height": 800}, base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield cast, context
    context.close()


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def says(page: Page, words: str) -> None:
    page.locator("[data-draft-words]", has_text=re.compile(f"^{words}")).wait_for()


def has_seen(page: Page, revision: int) -> None:
    for _ in range(50):
        if page.input_value("[name=draft_revision]") == str(revision):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"revision {revision} was not kept within 10 s")


def test_what_is_typed_outlives_the_tab(alice) -> None:
    _cast, context = alice
    page = opened(context, "/tickets/new/")
    page.fill("#id_subject", "No sound")
    says(page, "Kept as a draft")
    assert "?draft=" in page.url
    page.fill("#id_description", "The last words before the tab is closed")
    page.close(run_before_unload=True)
    page = opened(context, "/tickets/new/")
    page.click(".drafts .row-title")
    assert page.input_value("#id_subject") == "No sound"
    assert page.input_value("#id_description") == "The last words before the tab is closed"


def test_of_two_tabs_the_older_is_told_and_may_win(alice) -> None:
    _cast, context = alice
    first = opened(context, "/tickets/new/")
    first.fill("#id_subject", "One")
    says(first, "Kept as a draft")
    second = opened(context, first.url)
    second.fill("#id_subject", "Two")
    has_seen(second, 2)
    first.fill("#id_subject", "Three")
    first.wait_for_selector("[data-draft-moved]:not([hidden])")
    told = first.locator("[data-draft-moved]").bounding_box()
    assert told is not None
    assert told["y"] + told["height"] <= 800  # in view, while the cursor is at the top of a long form
    assert Draft.objects.get().typed["subject"] == "Two"
    assert first.input_value("#id_subject") == "Three"
    first.click("[data-draft-mine]")
    has_seen(first, 3)
    assert Draft.objects.get().typed["subject"] == "Three"


def test_sending_leaves_no_draft_behind(alice) -> None:
    _cast, context = alice
    page = opened(context, "/tickets/new/")
    page.check("[name=severity][value=p0]")
    page.fill("#id_subject", "Nobody can join")
    says(page, "Kept as a draft")
    page.fill("#id_description", "Error 110")
    page.click("#send")
    page.wait_for_url(re.compile(r"/tickets/\d+/"))
    page.wait_for_timeout(2000)  # longer than a save waits
    assert Ticket.objects.count() == 1
    assert not Draft.objects.exists()
    page.go_back()
    page.wait_for_load_state()
    assert Ticket.objects.count() == 1


def test_a_letter_stands_in_its_box_again(alice) -> None:
    cast, context = alice
    ticket = file_ticket(cast)
    page = opened(context, ticket.get_absolute_url())
    page.fill("#id_body", "Half a thought")
    says(page, "Kept as a draft")
    page.close()
    page = opened(context, ticket.get_absolute_url())
    assert page.input_value("#id_body") == "Half a thought"
    page.click("#part-composer .btn-primary")
    page.wait_for_url("**#newest")
    assert ticket.messages.count() == 2
    assert not Draft.objects.exists()


def test_a_server_that_is_away_is_said_and_tried_again(alice) -> None:
    _cast, context = alice
    page = opened(context, "/tickets/new/")
    page.route("**/tickets/drafts/**", lambda route: route.abort())
    page.fill("#id_subject", "Offline")
    says(page, "Not kept as a draft")
    page.unroute("**/tickets/drafts/**")
    page.fill("#id_subject", "Online again")
    says(page, "Kept as a draft")
    assert Draft.objects.get().typed["subject"] == "Online again"
