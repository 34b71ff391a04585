"""The desk in a real browser: readable by everybody, nothing wider than a phone, and no word of a draft lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.cast import file_ticket, make_cast
from tickets import actions
from tickets.models import Message

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server):
    """The cast with a ticket of each kind, and a way to open a page as Erin."""
    cast = make_cast()
    tickets = [file_ticket(cast, severity=severity, now=timezone.now()) for severity in ("p0", "p1", "p2", "p3")]
    actions.note(ticket=tickets[0], by=cast.frank, body="Only we read this", now=timezone.now())
    return cast, tickets[0]


def opened(chromium: Browser, live_server, person, *, width: int, theme: str, path: str) -> Page:
    client = Client()
    client.force_login(person)
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + path)
    return page


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (375, "dark")])
def test_queue_and_ticket_are_accessible_and_fit(chromium, live_server, desk, width, theme):
    cast, ticket = desk
    for path in ("/admin/tickets/ticket/", f"/admin/tickets/ticket/{ticket.pk}/change/"):
        page = opened(chromium, live_server, cast.erin, width=width, theme=theme, path=path)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.context.close()


def test_a_draft_outlives_a_reload_and_the_button_follows_the_paper(chromium, live_server, desk):
    cast, ticket = desk
    path = f"/admin/tickets/ticket/{ticket.pk}/change/"
    page = opened(chromium, live_server, cast.erin, width=1280, theme="light", path=path)
    page.check("input[value=internal]")
    page.fill("#id_body", "Half a thought")
    page.reload()
    assert page.input_value("#id_body") == "Half a thought"
    shown = [each.inner_text() for each in page.query_selector_all("#composer .actions button") if each.is_visible()]
    assert shown == ["Add internal note"]
    page.focus("#id_body")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**#newest")
    assert page.input_value("#id_body") == ""
    assert Message.objects.get(body="Half a thought").is_internal
    page.context.close()
