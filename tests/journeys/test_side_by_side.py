"""Customer and engineer side by side: each sees the other write, and a call is agreed on without a reload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.acts import sign_in
from tests.journeys.site import running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIVE_WITHIN = 10_000  # ms, on a busy machine
FORGOTTEN_WITHIN = 25_000  # ms: ten seconds of silence and a look


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.xdist_group("journeys")
def test_both_write_and_agree_on_a_call(browser: Browser, tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        alice, frank = sign_in(browser, site, "alice"), sign_in(browser, site, "frank")
        alice.goto(f"{site.url}/tickets/")
        alice.get_by_role("link", name=re.compile("Video freezes 30 s after joining")).first.click()
        alice.wait_for_selector("#ticket.is-live")
        number = re.findall(r"/tickets/(\d+)/", alice.url)[0]
        frank.goto(f"{site.url}/admin/tickets/ticket/{number}/change/")

        see_each_other_write(alice, frank)
        agree_on_other_times(alice, frank, f"{site.url}/tickets/{number}/calls/new/")


def see_each_other_write(alice: Page, frank: Page) -> None:
    before = alice.locator("#part-composer").bounding_box()
    frank.locator("input[name=kind][value=public]").check()
    frank.locator("#id_body").press_sequentially("The fixed build", delay=20)
    alice.locator("#writing", has_text="Frank Li is writing…").wait_for(timeout=LIVE_WITHIN)
    assert alice.locator("#part-composer").bounding_box() == before, "nothing moves"
    alice.locator("#id_body").press_sequentially("We tried", delay=20)
    frank.locator("#writing", has_text="Alice Wang is writing…").wait_for(timeout=LIVE_WITHIN)
    alice.locator("#writing:empty").wait_for(state="attached", timeout=FORGOTTEN_WITHIN)

    alice.evaluate(
        "window.said = []; new MutationObserver(() => window.said.push(document.getElementById('writing').textContent))"
        ".observe(document.getElementById('writing'), { childList: true, characterData: true, subtree: true })"
    )
    frank.locator("input[name=kind][value=internal]").check()
    frank.locator("#id_body").press_sequentially(" is late", delay=20)
    frank.wait_for_timeout(4_000)
    assert alice.evaluate("window.said") == [], "a note is nobody's business outside"


def agree_on_other_times(alice: Page, frank: Page, proposal: str) -> None:
    """The demonstration's call is moved: the customer's open page shows the new times, and agrees with one click."""
    desk = frank.url
    frank.goto(proposal)
    frank.fill("#id_topic", "Measure together")
    tomorrow = frank.evaluate("() => new Date(Date.now() + 26 * 3600e3).toISOString().slice(0, 16)")
    frank.fill("#id_time_1", tomorrow)
    frank.get_by_role("button", name="Propose these times").click()
    frank.wait_for_url(re.compile("/admin/"))
    assert "the other side chooses a time" in frank.locator("#part-call").inner_text()

    choice = alice.locator("#part-call button[name=at]")
    choice.wait_for(timeout=LIVE_WITHIN)
    choice.click()
    alice.wait_for_load_state()
    assert "Agreed:" in alice.locator("#part-call").inner_text()
    link = alice.get_by_role("link", name="Join the call").get_attribute("href")
    assert re.fullmatch(r"https://meet\.example/\d+-[0-9a-f]{32}", link or "")
    with alice.expect_download() as coming:
        alice.get_by_role("link", name="Calendar file").click()
    assert "METHOD:PUBLISH" in Path(coming.value.path()).read_text()
    frank.goto(desk)
    assert "Agreed:" in frank.locator("#part-call").inner_text()
