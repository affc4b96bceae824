"""Pages in a real browser, watched: what went wrong in them, how far they moved, how fast they were."""

import re
import shutil
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SHIFT_LIMIT = 0.1
PAINT_LIMIT_MS = 1000.0
WAIT_MS = 10_000.0

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Runs before the page's own code; what it finds is left where `measures` looks.
_OBSERVE = """
window.__shift = 0;
window.__shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.__shift += entry.value;
    window.__shifts.push([entry.value.toFixed(4), ...entry.sources.map(
      (each) => each.node && (each.node.dataset?.testid || each.node.className || each.node.nodeName))].join(' '));
  }
}).observe({ type: 'layout-shift', buffered: true });
"""
_MEASURES = """() => ({
  shift: window.__shift,
  shifts: window.__shifts,
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  pwned: window.__pwned !== undefined,
})"""
_TWO = """<style>
  main {{ display: inline-flex; gap: 20px; padding: 20px; background: #e7ecea }}
  img {{ display: block; border-radius: 12px }}
</style><main><img src="{left}"><img src="{right}"></main>"""


@dataclass(frozen=True)
class Measures:
    """What a page did so far: layout shift, first paint in ms, pixels of sideways scroll."""

    shift: float
    shifts: list[str]
    paint: float
    overflow: int
    pwned: bool


class WatchedPage:
    """A page in a context of its own that remembers every error it meets."""

    def __init__(self, browser: Browser, name: str, **options: Any) -> None:
        self.name = name
        self._context = browser.new_context(**({"locale": "es-CO"} | options))
        self._context.set_default_timeout(WAIT_MS)
        self._context.add_init_script(_OBSERVE)
        self.page: Page = self._context.new_page()
        self.errors: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []
        self.page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        self.page.on("console", self._hear)

    def forgive(self, pattern: str) -> None:
        """Expect this error: the test causes it."""
        self._forgiven.append(re.compile(pattern))

    def faults(self) -> list[str]:
        """List the errors nobody expected."""
        return [
            f"{self.name}: {error}"
            for error in self.errors
            if not any(pattern.search(error) for pattern in self._forgiven)
        ]

    def measures(self) -> Measures:
        return Measures(**self.page.evaluate(_MEASURES))

    def screenshot(self, name: str) -> None:
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def picture(self) -> str:
        """Take the page as it is now, as an address an image may have."""
        return "data:image/png;base64," + b64encode(self.page.screenshot()).decode()

    def speak(self, language: str) -> None:
        """Have the page in `es` or `en`, by its own control, without a reload."""
        page, control = self.page, self.page.get_by_test_id("language")
        if page.locator("html").get_attribute("lang") != language:
            if control.evaluate("control => control.tagName") == "SELECT":
                control.select_option(language)
            elif control.is_visible():
                control.click()
            else:  # in the account's menu
                page.get_by_test_id("account").click()
                control.click()
                page.get_by_test_id("account").click()
        page.locator(f"html[lang^={language}]").wait_for(state="attached")

    def kept(self) -> Any:
        """Give the cookies and what the page stored, for another page to start with."""
        return self._context.storage_state()

    def close(self) -> None:
        self._context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.errors.append(f"console error: {message.text} ({where})")


def side_by_side(left: WatchedPage, right: WatchedPage, path: Path) -> Path:
    """Draw two pages beside each other into one picture."""
    browser = left.page.context.browser
    assert browser is not None
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.set_content(_TWO.format(left=left.picture(), right=right.picture()))
    page.locator("img").last.evaluate("image => image.decode()")
    page.locator("main").screenshot(path=path)
    page.close()
    return path


def launch(playwright: Playwright) -> Browser:
    """Start Debian's Chromium; Playwright never brings its own."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
