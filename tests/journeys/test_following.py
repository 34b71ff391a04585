"""Following a ticket with real processes and several browsers at once: from filing to score and evidence.

Alice in English on a laptop, her colleague Bob in Chinese on a phone, Erin at the desk, and Wendy of another organisation.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.acts import fill_report, send_report, sign_in, wait_until
from tests.journeys.site import running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"viewport": {"width": 375, "height": 800}, "is_mobile": True, "has_touch": True}
QUESTIONS = "Does it freeze on cellular?\nSince which version of your app?"


@pytest.mark.browser
@pytest.mark.xdist_group("journeys")
def test_two_colleagues_and_an_engineer_from_filing_to_score(chromium: Browser, tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        alice, erin = sign_in(chromium, site, "alice"), sign_in(chromium, site, "erin")
        bob, wendy = sign_in(chromium, site, "bob", **PHONE), sign_in(chromium, site, "wendy")
        fill_report(alice, site, "Qingyin Live (iOS)", "The picture stands still")
        number = send_report(alice)
        at_desk, ticket = f"{site.url}/admin/tickets/ticket/{number}/change/", f"{site.url}/tickets/{number}/"
        stay = alice.evaluate("window.stays = 1")
        assert stay

        ask(erin, at_desk)
        alice.wait_for_selector("#part-questions .is-open")
        assert "Answer 2 questions" in alice.inner_text("#part-turn")
        answer_on_the_phone(bob, ticket)
        wait_until(
            lambda: "Does it freeze" not in alice.inner_text("#part-questions .is-open"), "Bob's answer at Alice's"
        )
        answer_the_rest(alice)
        wait_until(lambda: "Our turn" in alice.inner_text("#part-turn"), "the ticket goes on by itself")

        investigate_and_resolve(erin, at_desk)
        wait_until(
            lambda: "A key frame is lost" in alice.inner_text("#part-side"), "the investigation on the open page"
        )
        alice.wait_for_selector("#part-head .status-resolved")
        assert alice.evaluate("window.stays") == 1, "all this came without a reload"

        score(alice)
        erin.goto(at_desk)
        assert "4 of 5" in erin.inner_text("main")
        check_bob_reads_chinese(bob, ticket)
        for address in (ticket, f"{ticket}rating/", f"{ticket}receipt/", f"{site.url}/evidence/tickets/{number}/"):
            answer = wendy.goto(address)
            assert answer
            assert answer.status == 404, address
        take_evidence_along(bob, site.url, number, tmp_path)
        for page in (alice, erin, bob, wendy):
            page.context.close()


def ask(erin: Page, at_desk: str) -> None:
    erin.goto(at_desk)
    erin.get_by_role("button", name="Assign to me").click()
    erin.wait_for_load_state()
    erin.locator("input[name=kind][value=public]").check()
    erin.fill("#id_body", "Two things would help us.")
    erin.fill("#id_questions", QUESTIONS)
    with erin.expect_navigation():
        erin.get_by_role("button", name="Send and wait on the customer").click()


def answer_on_the_phone(bob: Page, ticket: str) -> None:
    bob.goto(ticket)
    assert "等待您" in bob.inner_text("#part-head, #part-turn") or "回答" in bob.inner_text("#part-turn")
    bob.locator("#part-questions textarea").first.fill("是的，4G 和 5G 都会。")
    with bob.expect_navigation():
        bob.locator("#part-questions form button").last.click()
    assert bob.locator("#part-questions .is-open").count() == 1
    assert bob.evaluate("document.documentElement.scrollWidth <= innerWidth")


def answer_the_rest(alice: Page) -> None:
    alice.locator("#part-questions .is-open textarea").fill("Since 2.8.0.")
    # The form is sent in place where the page can: either way the last open question is gone.
    alice.locator("#part-questions form button").last.click()
    wait_until(lambda: alice.locator("#part-questions .is-open").count() == 0, "no question is open")
    alice.evaluate("window.stays = 1")


def investigate_and_resolve(erin: Page, at_desk: str) -> None:
    erin.goto(at_desk)
    erin.locator("#investigation details summary").click()
    erin.locator("#investigation textarea").first.fill("A key frame is lost when layers switch.")
    with erin.expect_navigation():
        erin.locator("#investigation form button").last.click()
    erin.locator("input[name=kind][value=resolve]").check()
    erin.fill("#id_body", "Fixed in 4.4.2: please update.")
    with erin.expect_navigation():
        erin.get_by_role("button", name="Resolve and tell the customer").click()


def score(alice: Page) -> None:
    alice.reload()
    alice.locator(".score-link").nth(3).click()
    alice.wait_for_url("**/rating/**")
    alice.select_option("#id_speed", "5")
    with alice.expect_navigation():
        alice.get_by_role("button", name="Send the score").click()
    assert "4 of 5" in alice.inner_text("main")


def check_bob_reads_chinese(bob: Page, ticket: str) -> None:
    bob.goto(ticket)
    text = bob.inner_text("main")
    for words in ("已解决", "4 分（满分 5 分）", "服务评价"):
        assert words in text, words
    assert bob.evaluate("document.documentElement.scrollWidth <= innerWidth")


def take_evidence_along(bob: Page, origin: str, number: int, folder: Path) -> None:
    bob.goto(f"{origin}/evidence/tickets/{number}/")
    bob.locator("main form button").click()
    bob.wait_for_selector("main a[download]")
    with bob.expect_download() as download:
        bob.locator("main a[download]").click()
    packed = folder / "evidence.zip"
    download.value.save_as(packed)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "evidence")
    script = folder / "evidence" / f"ticket-{number}-evidence" / "verify_evidence.py"
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, encoding="utf-8")
    assert told.returncode == 0, told.stdout
    page = script.with_name("transcript.html").read_text(encoding="utf-8")
    for words in ("是的，4G 和 5G 都会。", "Fixed in 4.4.2", "A key frame is lost", "沟通记录"):
        assert words in page, words
