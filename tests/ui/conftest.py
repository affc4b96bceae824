"""One installation and one browser; pages that must end without an error or a jump."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stack import Stack

from .browsing import PAINT_LIMIT_MS, SCREENSHOTS, SHIFT_LIMIT, WatchedPage, launch
from .console_page import ConsolePage
from .phone_page import PhonePage

_numbers = itertools.count(1)
# A browser test costs seconds: one of each flow is in the suite, all are in `make ui`.
IN_THE_SUITE = (
    "test_a_customer_and_two_agents_see_one_conversation",
    "test_a_whole_handover_goes_by_the_keyboard_alone",
    "test_a_hundred_hostile_strings",
    "test_a_console_whose_server_died",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and not item.name.startswith(IN_THE_SUITE):
            item.add_marker(pytest.mark.long)


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
def open_page(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., WatchedPage]]:
    """Open watched pages; at the end each must be free of errors and jumps.

    Of late first paints too, where nothing else runs: in tests that measure.
    """
    opened: list[WatchedPage] = []

    def start(name: str, **options: object) -> WatchedPage:
        opened.append(WatchedPage(browser, name, **options))
        return opened[-1]

    yield start
    try:
        assert [fault for each in opened for fault in each.faults()] == []
        paints = [_check_measures(each) for each in opened]
        # Where several pages are open at once, those that are there keep the machine from the next.
        if paints and request.node.get_closest_marker("measures") is not None:
            assert min(paints) < PAINT_LIMIT_MS
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


def _check_measures(watched: WatchedPage) -> float:
    found = watched.measures()
    print(f"{watched.name}: shift {found.shift:.4f}, first paint {found.paint:.0f} ms")
    assert found.shift < SHIFT_LIMIT, (watched.name, found.shifts)
    assert found.paint > 0, watched.name
    assert not found.pwned, f"{watched.name} ran a stranger's code"
    return found.paint
