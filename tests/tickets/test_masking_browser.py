"""The page's script finds what the server finds, says so before anything is sent, and masks at a click."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast, file_ticket, make_cast
from tests.tickets.secrets_table import APP_ID, HEX, JWT, NEGATIVES, POSITIVES, expected, plain
from tickets.models import Attachment, Message, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = f"App ID {APP_ID}, App certificate: {HEX}\nand the token {JWT}"
MASKED = f"App ID {APP_ID}, App certificate: {{masked}}\nand the token {{masked}}"


@pytest.fixture
def ticket(transactional_db: None) -> tuple[Cast, Ticket]:
    cast = make_cast()
    return cast, file_ticket(cast, now=timezone.now())


@pytest.fixture
def opened(chromium: Browser, live_server: Any) -> Iterator[Any]:
    contexts = []

    def open_page(person: Any, path: str, *, width: int = 1280, theme: str = "light") -> Page:
        client = Client()
        client.force_login(person)
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)  # type: ignore[arg-type]
        contexts.append(context)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def panel_says(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('[data-masking] p').textContent.includes(words)", arg=words)


def test_the_script_masks_the_tables_as_the_server_does(opened: Any, ticket: tuple[Cast, Ticket]) -> None:
    """One text a round: typed, masked at the button, read back."""
    cast, filed = ticket
    page = opened(cast.alice, filed.get_absolute_url())
    texts = [plain(marked) for _, marked in POSITIVES] + list(NEGATIVES)
    wanted = [expected(marked) for _, marked in POSITIVES] + list(NEGATIVES)
    got = page.evaluate(
        """async (texts) => {
            const field = document.getElementById("id_body"), out = [];
            const [words, button] = document.querySelector("[data-masking]").children;
            for (const text of texts) {
                field.value = text;
                words.textContent = "";
                button.click();
                await new Promise((done) => setTimeout(done));
                out.push(field.value);
            }
            return out;
        }""",
        texts,
    )
    different = [
        (one, other)
        for one, other in zip(got, (each.replace("\r\n", "\n") for each in wanted), strict=True)
        if one != other
    ]
    assert not different, json.dumps(different[:3], ensure_ascii=False)


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (375, "dark")])
def test_secrets_in_a_reply_are_named_and_masked_before_it_is_sent(
    opened: Any, ticket: tuple[Cast, Ticket], width: int, theme: str
) -> None:
    cast, filed = ticket
    page = opened(cast.alice, filed.get_absolute_url(), width=width, theme=theme)
    assert page.locator("[data-masking] button").is_hidden()
    page.fill("#id_body", TEXT)
    panel_says(page, "We found 2 secrets; they will be masked: App certificate, JWT")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.click("[data-masking] button")
    assert page.input_value("#id_body") == MASKED
    panel_says(page, "Masked.")
    page.click("#part-composer button.btn-primary")
    page.wait_for_url("**#newest")
    assert Message.objects.filter(body=MASKED, ticket=filed).exists()


def test_what_is_left_in_a_form_is_masked_by_the_server(opened: Any, ticket: tuple[Cast, Ticket]) -> None:
    cast, filed = ticket
    page = opened(cast.alice, filed.get_absolute_url())
    page.fill("#id_body", TEXT)
    page.click("#part-composer button.btn-primary")
    page.wait_for_url("**#newest")
    assert Message.objects.filter(body=MASKED, ticket=filed).exists()
    assert "2 secrets in what Alice Chen sent were masked" in page.inner_text("#letters")


def test_a_secret_in_a_text_file_is_masked_before_it_is_sent(opened: Any, ticket: tuple[Cast, Ticket]) -> None:
    cast, filed = ticket
    page = opened(cast.alice, filed.get_absolute_url())
    log = {"name": "agora.log", "mimeType": "text/plain", "buffer": f"日志\nappCertificate={HEX}\n".encode()}
    page.set_input_files("#id_files", [log])
    page.get_by_text("Secrets in it are masked.").wait_for()
    page.click("#part-composer button.btn-primary")
    page.wait_for_url("**#newest")
    file = Attachment.objects.get()
    assert file.file.read() == "日志\nappCertificate={masked}\n".encode()
    assert not file.masked_secrets.exists()  # it did not reach the server


def test_the_filing_page_and_the_desk_name_secrets_too(opened: Any, ticket: tuple[Cast, Ticket]) -> None:
    cast, filed = ticket
    for person, path, field in (
        (cast.alice, "/tickets/new/", "#id_description"),
        (cast.alice, reverse("escalation:ask", args=[filed.pk]), "#id_body"),
        (cast.erin, f"/admin/tickets/ticket/{filed.pk}/change/", "#id_body"),
    ):
        page = opened(person, path)
        page.fill(field, TEXT)
        panel_says(page, "We found 2 secrets")


def test_the_panel_speaks_the_readers_language(opened: Any, ticket: tuple[Cast, Ticket]) -> None:
    cast, filed = ticket
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    page = opened(cast.alice, filed.get_absolute_url())
    page.fill("#id_body", f"App 证书：{HEX}")
    panel_says(page, "发现 1 处敏感信息，提交后将自动脱敏：App 证书")
