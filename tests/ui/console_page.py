"""The console's page as an agent's hands and eyes."""

from typing import Any

from playwright.sync_api import Locator

from .browsing import WatchedPage


class ConsolePage:
    """The console, from its log-in on."""

    def __init__(self, watched: WatchedPage, console: str) -> None:
        self.watched, self.page = watched, watched.page
        self.page.goto(console)

    def log_in(self, demo: dict[str, Any], email: str) -> "ConsolePage":
        found = next(each for each in demo["agents"] if each["email"].startswith(email))
        self.find("login-email").fill(found["email"])
        self.find("login-password").fill(found["password"])
        self.find("login-submit").click()
        self.find("filter-all").wait_for()
        return self

    def find(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def conversation(self, session_id: str, status: str = "") -> Locator:
        wanted = f"[data-status={status}]" if status else ""
        return self.page.locator(
            f'[data-testid=conversation][data-session-id="{session_id}"]{wanted}'
        )

    def open(self, session_id: str) -> None:
        self.conversation(session_id).click()
        self.find("state").wait_for()

    def wait_for_state(self, status: str) -> None:
        self.page.locator(f"[data-testid=state][data-status={status}]").first.wait_for()

    def message(self, words: str, status: str = "") -> Locator:
        wanted = f"[data-status={status}]" if status else ""
        return self.page.locator(f"[data-testid=message]{wanted}").filter(has_text=words)

    def write(self, words: str) -> None:
        self.find("composer").fill(words)
        self.find("composer").press("Enter")
