"""Sending files in a real browser: cut off and resumed, left and come back to, pasted, waited for; on a phone too."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site
from django.test import Client

from tests.cast import Cast, file_ticket, make_cast
from tickets.actions import uploads as parts_of
from tickets.models import Attachment, Message, Ticket, Upload
from tickets.views import resumable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PART = 64 * 1024
WIDTHS = [1280, 375]
TICKET = re.compile(r"/tickets/\d+/$")
PASTE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 20 });
  canvas.getContext("2d").fillRect(0, 0, 40, 20);
  const bytes = await new Promise((done) => canvas.toBlob(done));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
  document.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
DROP = """() => {
  const dataTransfer = new DataTransfer();
  for (const name of ["a.log", "b.log"]) dataTransfer.items.add(new File([name], name));
  document.querySelector("[data-uploads]").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Cast:
    monkeypatch.setattr(parts_of, "PART_BYTES", PART)
    monkeypatch.setattr(resumable, "PART_BYTES", PART)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    return make_cast()


@pytest.fixture(params=WIDTHS)
def alice(request: pytest.FixtureRequest, chromium: Browser, live_server: Any, cast: Cast) -> Iterator[BrowserContext]:
    context = signed_in(chromium, live_server, cast.alice, request.param)
    yield context
    context.close()


def signed_in(chromium: Browser, live_server: Any, person: Any, width: int) -> BrowserContext:
    client = Client()
    client.force_login(person)
    context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=live_server.url)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "sdk.log"
    path.write_bytes(b"".join(b"%06d joined room-7 in 231 ms\n" % number for number in range(12_000)))  # 6 parts
    return path


def opened(context: BrowserContext, path: str = "/tickets/new/") -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def cut_after(page: Page, parts: int) -> None:
    """The connection breaks within whatever comes after so many parts."""
    passed = 0

    def pass_on(route: Any) -> None:
        nonlocal passed
        if route.request.method == "PATCH":
            passed += 1
            if passed > parts:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route("**/files/uploads/*/", pass_on)


def state(page: Page, value: str, name: str = "sdk.log") -> Any:
    row = page.locator(f"li[data-state={value}]", has_text=name)
    row.wait_for()
    return row


def is_same(attachment: Attachment, path: Path) -> bool:
    with attachment.file.storage.open(attachment.file.name) as stored:
        return stored.read() == path.read_bytes()


def describe(page: Page) -> None:
    page.fill("#id_subject", "No sound after a phone call")
    page.fill("#id_description", "On Android 14 the other side is silent.")
    for choice in ("severity][value=p2", "category][value=stutter_freeze"):
        page.eval_on_selector(f"input[name={choice}]", "radio => radio.click()")


def test_an_upload_that_is_cut_off_goes_on_by_itself(cast: Cast, alice: BrowserContext, log: Path) -> None:
    page = opened(alice)
    cut_after(page, 3)
    page.set_input_files("#id_files", log)
    state(page, "offline")
    assert Upload.objects.get().received == 3 * PART
    page.unroute("**/files/uploads/*/")
    row = state(page, "kept")
    assert is_same(Attachment.objects.get(), log)
    row.get_by_text("Checksum").click()
    assert Attachment.objects.get().sha256 in row.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert Axe().run(page).response["violations"] == []


def test_a_tab_that_is_closed_and_opened_again_goes_on_where_it_was(
    cast: Cast, alice: BrowserContext, log: Path
) -> None:
    page = opened(alice)
    cut_after(page, 2)
    page.set_input_files("#id_files", log)
    state(page, "offline")
    page.close()
    page = opened(alice)
    state(page, "again")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("upload-offset", "")))
    page.set_input_files("#id_files", log)
    state(page, "kept")
    assert min(int(offset) for offset in sent if offset) == 2 * PART
    assert is_same(Attachment.objects.get(), log)
    describe(page)
    page.click("#send")
    page.wait_for_url(TICKET)
    assert Ticket.objects.get().messages.get().attachments.get().name == "sdk.log"
    assert opened(alice).locator("[data-upload-list] li").count() == 0


def test_a_file_that_came_before_the_tab_was_closed_can_be_added(cast: Cast, alice: BrowserContext, log: Path) -> None:
    page = opened(alice)
    page.set_input_files("#id_files", log)
    state(page, "kept")
    page.close()
    page = opened(alice)
    state(page, "here").get_by_role("button", name="Add it").click()
    state(page, "kept")
    assert str(Attachment.objects.get().draft_key) == page.input_value("[name=submission_key]")


def test_pausing_removing_and_dropping(cast: Cast, alice: BrowserContext, log: Path) -> None:
    page = opened(alice)
    cut_after(page, 1)
    page.set_input_files("#id_files", log)
    row = state(page, "offline")
    row.get_by_role("button", name="Pause").click()
    row = state(page, "paused")
    page.unroute("**/files/uploads/*/")
    page.evaluate(DROP)
    state(page, "kept", "a.log")
    state(page, "kept", "b.log").get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Remove").click()
    page.locator("li", has_text="sdk.log").wait_for(state="detached")
    page.wait_for_function("document.querySelectorAll('[data-upload-list] li').length === 1")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert [each.name for each in Attachment.objects.all()] == ["a.log"]
    assert not Upload.objects.exclude(state="kept").exists()


def test_a_screenshot_is_pasted_and_shown(cast: Cast, alice: BrowserContext) -> None:
    page = opened(alice)
    page.evaluate(PASTE)
    row = state(page, "kept", "screenshot")
    row.locator("img").wait_for()
    assert row.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    assert Attachment.objects.get().content_type == "image/png"


def test_a_form_waits_for_its_files_or_goes_without_them(cast: Cast, alice: BrowserContext, log: Path) -> None:
    page = opened(alice)
    cut_after(page, 1)
    page.set_input_files("#id_files", log)
    describe(page)
    state(page, "offline")
    page.click("#send")
    page.get_by_text("Files are still on their way").wait_for()
    assert not Ticket.objects.exists()
    page.unroute("**/files/uploads/*/")
    page.wait_for_url(TICKET)
    assert Ticket.objects.get().messages.get().attachments.get().name == "sdk.log"


def test_what_was_left_behind_is_offered_on_the_tickets_page(cast: Cast, alice: BrowserContext, log: Path) -> None:
    page = opened(alice)
    cut_after(page, 1)
    page.set_input_files("#id_files", log)
    describe(page)
    state(page, "offline")
    page.click("#send")
    page.get_by_role("button", name="Send now without them").click()
    page.wait_for_url(TICKET)
    assert not Attachment.objects.exists()
    page.unroute("**/files/uploads/*/")
    state(page, "again")
    page.set_input_files("#id_files", log)
    state(page, "kept")
    page.get_by_role("button", name="Send reply").click()
    page.wait_for_url("**#newest")
    assert Message.objects.latest("pk").attachments.get().name == "sdk.log"


def test_a_refused_file_says_why_and_the_others_are_sent(
    cast: Cast, alice: BrowserContext, tmp_path: Path, settings
) -> None:
    settings.LOG_MAX_BYTES = 1000
    ticket = file_ticket(cast)
    (tmp_path / "big.log").write_bytes(b"x" * 1001)
    (tmp_path / "small.log").write_bytes(b"x" * 999)
    page = opened(alice, ticket.get_absolute_url())
    page.set_input_files("#id_files", [tmp_path / "big.log", tmp_path / "small.log"])
    assert "larger than 1000" in state(page, "refused", "big.log").inner_text()
    row = state(page, "kept", "small.log")
    row.locator("select").select_option("other")
    page.fill("#id_body", "Here it is")
    page.get_by_role("button", name="Send reply").click()
    page.wait_for_url("**#newest")
    file = Message.objects.latest("pk").attachments.get()
    assert (file.name, file.side) == ("small.log", "other")
    assert "log of the other side" in page.locator(".letter").last.inner_text()


def test_an_engineer_sends_a_file_from_the_desk(chromium: Browser, live_server: Any, cast: Cast, log: Path) -> None:
    ticket = file_ticket(cast)
    erin = signed_in(chromium, live_server, cast.erin, 1280)
    page = opened(erin, f"/admin/tickets/ticket/{ticket.pk}/change/")
    page.set_input_files("#id_files", log)
    state(page, "kept")
    page.fill("#id_body", "This build writes more")
    page.get_by_role("button", name="Send to the customer").click()
    page.wait_for_url("**#newest")
    file = Message.objects.latest("pk").attachments.get()
    assert (file.name, file.organisation) == ("sdk.log", None)
    erin.close()


def test_without_script_files_go_with_the_form(chromium: Browser, live_server: Any, cast: Cast, log: Path) -> None:
    client = Client()
    client.force_login(cast.alice)
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    ticket = file_ticket(cast, submission_key=uuid.uuid4())
    page = opened(context, ticket.get_absolute_url())
    other = log.with_name("other.log")
    other.write_bytes(os.urandom(10).hex().encode())
    page.set_input_files("#id_files", [log, other])
    page.fill("#id_body", "Two logs")
    page.get_by_role("button", name="Send reply").click()
    page.wait_for_url("**#newest")
    assert Message.objects.latest("pk").attachments.count() == 2
    context.close()
