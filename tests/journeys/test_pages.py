"""Every page in a real browser: readable by everybody, in both languages and themes, on a laptop and on a phone."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from tests.journeys.pages import PAGES, Page, Stage, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Response
    from playwright.sync_api import Page as Tab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("pages"),
    pytest.mark.django_db(transaction=True),
]

FILLED_BY = (
    ("tickets", "0002_categories"),
    ("tickets", "0016_questions"),
    ("sla", "0003_write_default_policy"),
    ("escalation", "0002_write_step_plans"),
    ("escalation", "0006_write_promise_targets"),
)
HEAVIEST = 150_000  # bytes of a first visit, compressed, pictures and downloads aside
HEAVIEST_OF_THE_THEME = 650_000  # the pages that the admin theme draws bring its scripts and its font of icons
A_DAY = 86_400
SETTINGS = {
    "ROOT_URLCONF": "tests.journeys.urls",
    "DEMO": True,
    # Everybody signs in once for the whole run; a page behind a fresh password, or half-way in, is to be itself to the end.
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": A_DAY,
    "ACCOUNT_LOGIN_TIMEOUT": A_DAY,
    "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": A_DAY,
}
LANGUAGES = ("en", "zh-hans")
EVERY_WAY = list(itertools.product(LANGUAGES, ("light", "dark"), (1280, 375, 360)))
# Neighbours in the list differ in language, theme and width, and pages of one kind meet all of them.
IN_TURN = [EVERY_WAY[number * 7 % len(EVERY_WAY)] for number in range(len(PAGES))]


@dataclass(slots=True)
class Site:
    url: str
    stage: Stage


@pytest.fixture
def _django_db_helper() -> None:
    """In place of pytest-django's, which empties the database after each test: these share one set of data."""


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, chromium: Browser) -> Iterator[Site]:
    """The whole site on a port of its own, with one set of data for all pages: none of them changes it."""
    with django_db_blocker.unblock(), override_settings(**SETTINGS):
        _fresh_database()
        stage = build(timezone.now())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = uvicorn.Config(
            get_asgi_application(), port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        until = time.monotonic() + 15
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield Site(f"http://127.0.0.1:{port}", stage)
        server.should_exit = True
        thread.join(15)
        _fresh_database()


def _fresh_database() -> None:
    """As the migrations left it: tests before this one emptied the tables, those that migrations fill as well."""
    call_command("flush", verbosity=0, interactive=False)
    loader = MigrationLoader(connection)
    for migration in FILLED_BY:
        for operation in loader.get_migration(*migration).operations:
            operation.code(apps, None)


@dataclass(slots=True)
class Watch:
    """What a tab asked for, received and complained of."""

    url: str
    responses: list[Response] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def on(self, tab: Tab) -> None:
        tab.on("request", lambda request: self._ask(request.url))
        tab.on("response", lambda response: self.responses.append(response))
        tab.on("console", lambda message: self._hear(message))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _ask(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:", "about:")):
            self.strangers.append(url)

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors; the browser reports the status of an error page itself as one, which it is not."""
        is_the_page = message.text.startswith("Failed to load resource") and "/static/" not in message.location["url"]
        if message.type == "error" and not is_the_page:
            self.complaints.append(message.text)


_packed: dict[str, int] = {}


def _weight(responses: list[Response]) -> int:
    """Bytes on the wire, were every text compressed as the production server does. Pictures and streams aside."""
    total = 0
    for url, response in {each.url: each for each in responses if each.ok}.items():
        kind = response.headers.get("content-type", "")
        if kind.startswith(("image/", "text/event-stream")):
            continue
        if url not in _packed or "/static/" not in url:
            body = response.body()
            _packed[url] = len(body) if kind.startswith("font/") else len(gzip.compress(body))
        total += _packed[url]
    return total


def _context(chromium: Browser, site: Site, client: Client, language: str, theme: str, width: int) -> BrowserContext:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    cookies = {name: morsel.value for name, morsel in client.cookies.items() if name == settings.SESSION_COOKIE_NAME}
    cookies[settings.LANGUAGE_COOKIE_NAME] = language
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    return context


def _problems(tab: Tab, watch: Watch, language: str) -> Iterator[str]:
    yield from (f"asks {url}" for url in watch.strangers)
    yield from (f"console: {text}" for text in watch.complaints)
    if (said := tab.get_attribute("html", "lang") or "").lower() != language:
        yield f"lang is {said}"
    if (wider := tab.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        yield f"{wider} px wider than the screen"
    is_of_the_theme = tab.locator(".desk-model").count() > 0
    if (weight := _weight(watch.responses)) > (HEAVIEST_OF_THE_THEME if is_of_the_theme else HEAVIEST):
        yield f"weighs {weight} bytes"
    for rule in Axe().run(tab).response["violations"]:
        yield f"axe {rule['id']}: {[node['target'] for node in rule['nodes']][:5]}"
    tab.keyboard.press("Tab")
    if not tab.evaluate(_FOCUS_SHOWS):
        yield f"focus does not show: {tab.evaluate('document.activeElement.outerHTML')[:120]}"


_FOCUS_SHOWS = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return here !== document.body && isMarked && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def _look(chromium: Browser, site: Site, page: Page, language: str, theme: str, width: int) -> list[str]:
    client = site.stage.sessions[page.who]
    User.objects.filter(email__startswith=f"{page.who}@").update(language=language)
    path = page.path if isinstance(page.path, str) else page.path(site.stage)
    context = _context(chromium, site, client, language, theme, width)
    try:
        tab = context.new_page()
        watch = Watch(site.url)
        watch.on(tab)
        answer = tab.goto(site.url + path)
        if page.act:
            with tab.expect_navigation() as navigation:
                tab.evaluate(page.act)
            answer = navigation.value
            del watch.responses[: watch.responses.index(answer)]  # what the page before it asked for is gone
        wrong = (
            []
            if answer.status == page.status
            else [f"status {answer.status}, not {page.status}: {tab.title()} {tab.url}"]
        )
        if not page.act and (page.lands or path.partition("?")[0]) not in tab.url:
            wrong.append(f"is not the page that is meant but {tab.url}")
        if shots := os.environ.get("SCREENSHOTS"):
            name = "-".join(map(str, (page, language, theme, width)))
            tab.screenshot(path=Path(shots) / f"{name}.png", full_page=True)
        return [*wrong, *_problems(tab, watch, language)]
    finally:
        context.close()


@pytest.mark.parametrize(("page", "way"), [
    # a worker for each language: one alone would walk on for minutes when all else is done
    pytest.param(page, way, id="-".join(map(str, (page, *way))), marks=pytest.mark.xdist_group(way[0]))
    for page, way in zip(PAGES, IN_TURN, strict=True)
])  # fmt: skip
def test_every_page_is_whole(chromium, site, page, way):
    problems = _look(chromium, site, page, *way)
    assert not problems, "\n".join(problems)


@pytest.mark.matrix
@pytest.mark.parametrize("way", [
    # a worker for each language: the whole matrix takes long enough in two
    pytest.param(way, id="-".join(map(str, way)), marks=pytest.mark.xdist_group(way[0])) for way in EVERY_WAY
])  # fmt: skip
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_page_is_whole_every_way(chromium, site, page, way):
    problems = _look(chromium, site, page, *way)
    assert not problems, "\n".join(problems)


def test_the_turns_show_every_language_theme_and_width_to_every_part_of_the_site():
    assert set(IN_TURN) == set(EVERY_WAY)
