"""The escalations board with hands on the keyboard only, from the first look to the end of an escalation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from escalation.actions import hand_up
from escalation.models import Commitment
from tests.cast import Cast, file_ticket, make_cast
from tickets.models import Message, Ticket

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = "document.activeElement.closest('[data-ticket]')?.dataset.ticket"
BOARD = "/admin/escalation/commitment/"


@pytest.fixture
def cast(live_server) -> Cast:
    return make_cast()


@pytest.fixture
def escalated(cast: Cast) -> list[Ticket]:
    """Two escalations, the more urgent one second."""
    now = timezone.now()
    tickets = [file_ticket(cast, severity=severity, now=now) for severity in ("p2", "p1")]
    for ticket in tickets:
        hand_up(ticket=ticket, by=cast.erin, reason="The codec", tried="Both switches", ask="Read the dump", now=now)
    return tickets


@pytest.fixture
def mona(chromium: Browser, live_server, cast: Cast) -> Iterator[Page]:
    client = Client()
    client.force_login(cast.mona)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield context.new_page()
    context.close()


def act(page: Page, key: str, text: str, *, due: dt.datetime | None = None) -> None:
    """Press the key of an act, type over what the drawer proposes, in the time field too, and send by the keyboard."""
    page.wait_for_function("!document.querySelector('.htmx-added, .htmx-settling, .htmx-swapping')")
    page.keyboard.press(key)
    page.wait_for_selector("#act[open] textarea:focus")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Tab")
    if due:
        page.keyboard.type(f"{due:%m%d%Y}")
        page.keyboard.press("ArrowRight")  # a year may have six digits: it does not lead on by itself
        page.keyboard.type(f"{due:%I%M%p}")
    for _step in range(12):
        if page.evaluate("document.activeElement.matches('#act button:not([type=button])')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#act:not([open])", state="attached")


def test_an_escalation_is_acknowledged_planned_commented_and_closed_by_keyboard(
    mona: Page, escalated: list[Ticket]
) -> None:
    calm, urgent = escalated
    mona.goto(BOARD)
    mona.keyboard.press("j")
    assert mona.evaluate(HERE) == str(urgent.pk), "the more urgent one stands first"
    mona.keyboard.press("a")
    mona.wait_for_selector(".escs-news :text('Acknowledged')")
    row = Commitment.objects.get(ticket=urgent)
    assert row.acknowledged_at
    tomorrow = timezone.localtime(timezone.now() + dt.timedelta(days=1))
    act(mona, "p", "Rita reads the dump.", due=tomorrow)
    row.refresh_from_db()
    assert row.plan == "Rita reads the dump."
    act(mona, "c", "We are on it.")
    assert Message.objects.filter(ticket=urgent, author=row.acknowledged_by, body="We are on it.").exists()
    act(mona, "x", "Fixed in 4.2.2.")
    row.refresh_from_db()
    assert row.closed_at
    assert mona.locator(f"[data-ticket='{urgent.pk}']").count() == 0
    assert mona.evaluate(HERE) == str(calm.pk)
    mona.keyboard.press("?")
    mona.wait_for_selector("#keys[open]")
