"""What people do on the site in a browser, whichever journey they are on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.journeys.site import EMAILS, PASSWORD, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 30.0  # seconds for a page on a busy machine; what is promised in seconds is asserted apart


def fill_report(page: Page, site: Site, app: str, subject: str) -> None:
    page.goto(f"{site.url}/tickets/new/")
    label = page.locator("#id_app option").filter(has_text=re.compile(rf"^\s*{re.escape(app)}")).first.inner_text()
    page.select_option("#id_app", label=label.strip())
    page.locator("input[name=severity][value=p0]").check()
    page.fill("#id_subject", subject)
    page.fill("#id_description", "On Wi-Fi and 5G alike, since 19:02, about 30 s after joining. Audio is fine.")


def send_report(page: Page) -> int:
    """Send the form; the number of the ticket. A P0 leads to its details first, which can wait."""
    page.click("#send")
    page.wait_for_url(re.compile(r"/tickets/\d+/details/"))
    found = re.search(r"/tickets/(\d+)/", page.url)
    assert found
    page.click(".details-form .btn-plain")
    page.wait_for_selector("#part-head")
    return int(found[1])


def sign_in(browser: Browser, site: Site, who: str, **window: Any) -> Page:
    """A page of a browser of one's own, in which the person is signed in."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **window}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{site.url}/accounts/login/")
    page.fill("#id_login", EMAILS[who])
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation(url=lambda url: "/login/" not in url):
        page.locator("main form button[type=submit], main form button:not([type])").first.click()
    return page


def wait_until(holds: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    ends_at = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends_at, f"not within {within} s: {what}"
        time.sleep(0.1)
