"""One installation and one browser; pages that must end without an error or a jump."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stack import Stack

from .browsing import PAINT_LIMIT_MS, SCREENSHOTS, SHIFT_LIMIT, WatchedPage, launch
from .console_page import ConsolePage
from .phone_page import PhonePage

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _chromium() -> None:
    if shutil.which("chromium"):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    elif os.environ.get("CI") == "true":
        pytest.fail(
            "Chromium is missing, and in CI the browser tests must run: .ci/run installs it"
        )
    else:
        pytest.skip("no Chromium here (Debian and Ubuntu: apt-get install chromium)")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, _chromium: None) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield stack.wait_until_ready()
    finally:
        stack.stop()


# One for each module, not for the session: while Playwright lives, no other test of the same
# run could use an event loop of its own.
@pytest.fixture(scope="module")
def browser(_chromium: None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., WatchedPage]]:
    """Open watched pages; at the end each must be free of errors, jumps and late paints."""
    opened: list[WatchedPage] = []

    def start(name: str, **options: object) -> WatchedPage:
        opened.append(WatchedPage(browser, name, **options))
        return opened[-1]

    yield start
    try:
        assert [fault for each in opened for fault in each.faults()] == []
        for each in opened:
            _check_measures(each)
    finally:
        for each in opened:
            each.close()


@pytest.fixture
def open_phone(stack: Stack, open_page: Callable[..., WatchedPage]) -> Callable[..., PhonePage]:
    def start(customer: str, **options: object) -> PhonePage:
        return PhonePage(open_page("phone", **options), stack.demo["simulator"], customer)

    return start


@pytest.fixture
def open_console(stack: Stack, open_page: Callable[..., WatchedPage]) -> Callable[..., ConsolePage]:
    def start(name: str, **options: object) -> ConsolePage:
        return ConsolePage(open_page(name, **options), stack.demo["console"])

    return start


def new_customer() -> str:
    """Invent a customer nobody has met."""
    return f"5730022{next(_numbers):05d}"


@pytest.fixture
def customer() -> str:
    return new_customer()


def _check_measures(watched: WatchedPage) -> None:
    found = watched.measures()
    print(f"{watched.name}: shift {found.shift:.4f}, first paint {found.paint:.0f} ms")
    assert found.shift < SHIFT_LIMIT, (watched.name, found.shifts)
    assert 0 < found.paint < PAINT_LIMIT_MS, watched.name
    assert not found.pwned, f"{watched.name} ran a stranger's code"
