"""Filing in a real browser: one kind in each language every day, every kind in each in the whole matrix, a P0 by keyboard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from tests.answers import answered
from tests.cast import Cast, make_cast
from tickets.migrations._questions import CATEGORIES
from tickets.models import Answer, Category, Question, Ticket

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
P0_WITHIN = 60.0  # seconds, by keyboard alone, on a busy machine
LANGUAGES = ("en", "zh-hans")


@pytest.fixture
def cast(live_server) -> Cast:
    """The cast, with what the migrations wrote: an earlier test of this kind may have emptied the tables."""
    if not Category.objects.exists() or not Question.objects.exists():
        loader = MigrationLoader(connection)
        for name in ("0002_categories", "0016_questions"):
            for operation in loader.get_migration("tickets", name).operations:
                operation.code(apps, None)
    return make_cast()


@pytest.fixture
def alice(chromium: Browser, live_server, cast: Cast, request: pytest.FixtureRequest) -> Iterator[Page]:
    cast.alice.language = getattr(request, "param", "en")
    cast.alice.save(update_fields=["language"])
    client = Client()
    client.force_login(cast.alice)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield context.new_page()
    context.close()


def choose_kind(page: Page, kind: str) -> None:
    """Choose it, and wait until its questions stand in the page."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    with page.expect_response("**/tickets/new/questions/"):
        page.locator(f"input[name=category][value={kind}]").check()
    first = Category.objects.get(code=kind).questions.first().question
    page.wait_for_selector(f"[name='{first.fact or 'q_' + first.code}']", state="attached")


def fill(page: Page, values: dict[str, str]) -> None:
    """Type the answers, those first on which others depend; what does not show is not asked."""
    page.evaluate("document.querySelectorAll('details.more-questions').forEach((each) => { each.open = true })")
    for name, value in sorted(values.items(), key=lambda pair: "only" in pair[0]):
        control = page.locator(f"#questions [name='{name}']")
        if not control.is_visible():
            continue
        if control.evaluate("(each) => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def file_kind(page: Page, kind: str) -> Ticket:
    page.goto("/tickets/new/")
    choose_kind(page, kind)
    page.locator("input[name=severity][value=p3]").check()
    page.fill("#id_subject", f"About {kind}")
    page.fill("#id_description", "It began this morning on every phone.")
    fill(page, answered(kind))
    page.click("#send")
    page.wait_for_selector("#part-head")
    ticket = Ticket.objects.get(subject=f"About {kind}")
    assert ticket.category.code == kind
    return ticket


@pytest.mark.parametrize("alice", LANGUAGES, indirect=True)
def test_a_kind_with_conditions_is_filed_in_each_language(alice: Page) -> None:
    ticket = file_kind(alice, "recording_cdn")
    kept = set(Answer.objects.filter(ticket=ticket).values_list("question__code", flat=True))
    assert {"rest_service", "resource_id", "recording_mode"} <= kept
    assert "push_host" not in kept
    page = alice.locator("#part-side").inner_text()
    assert all(answer.question.label_en in page or answer.question.label_zh in page for answer in ticket.answers.all())


@pytest.mark.matrix
@pytest.mark.parametrize("alice", LANGUAGES, indirect=True)
@pytest.mark.parametrize("kind", sorted(CATEGORIES))
def test_every_kind_is_filed_in_each_language(alice: Page, kind: str) -> None:
    assert file_kind(alice, kind).answers.count() >= len([name for name in answered(kind) if name.startswith("q_")]) - 5


def test_a_p0_is_filed_by_keyboard_within_a_minute(alice: Page) -> None:
    alice.goto("/tickets/new/")
    began = time.monotonic()
    alice.locator("#id_app").focus()
    for _step in range(12):  # from the app over the kinds to how bad it is
        alice.keyboard.press("Tab")
        if alice.evaluate("document.activeElement.name") == "severity":
            break
    alice.keyboard.press("Space")
    assert alice.locator("input[name=severity][value=p0]").is_checked()
    for name, text in (("subject", "Nobody can join"), ("description", "Error 110 in every room since 10:00")):
        for _step in range(6):
            if alice.evaluate("document.activeElement.name") == name:
                break
            alice.keyboard.press("Tab")
        assert alice.evaluate("document.activeElement.name") == name
        alice.keyboard.type(text)
    while alice.evaluate("document.activeElement.id") != "send":
        alice.keyboard.press("Tab")
        assert time.monotonic() - began < P0_WITHIN
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/details/")
    assert time.monotonic() - began < P0_WITHIN
    assert Ticket.objects.get().severity == "p0"


def test_what_was_typed_survives_another_kind_and_conditions_hide_what_does_not_count(alice: Page) -> None:
    alice.goto("/tickets/new/")
    choose_kind(alice, "join_failure")
    fill(alice, {"q_error_code": "110", "q_uses_token": "no", "channel": "room-7"})
    assert alice.locator("#div_id_q_console_token_works").is_hidden()
    alice.locator("[name=q_uses_token]").select_option("yes")
    assert alice.locator("#div_id_q_console_token_works").is_visible()
    choose_kind(alice, "billing_console")
    assert alice.locator("#questions input[name=channel]").get_attribute("type") == "hidden"
    choose_kind(alice, "join_failure")
    for name, value in (("q_error_code", "110"), ("q_uses_token", "yes"), ("channel", "room-7")):
        assert alice.locator(f"[name={name}]").input_value() == value
