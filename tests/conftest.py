import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import ARGUMENTS, find_chromium, is_required
from tests.cast import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One Chromium a test process. Without one the test is skipped, or fails where BROWSER=required."""
    path = find_chromium()
    if path is None:
        (pytest.fail if is_required() else pytest.skip)("no Chromium found; name one in CHROMIUM")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 slow, and few tests need it

    # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests go last: Playwright leaves an event loop in the thread, in which Django runs no asynchronous code."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
