"""The simulator's page as a customer's hands and eyes."""

from playwright.sync_api import Locator

from .browsing import WatchedPage


class PhonePage:
    """One phone, opened for one customer of a store."""

    def __init__(self, watched: WatchedPage, simulator: str, customer: str) -> None:
        self.watched, self.page = watched, watched.page
        self.page.goto(f"{simulator}/?phones=store-1:{customer}")
        self.phone = self.page.get_by_test_id("phone").first
        self.phone.get_by_test_id("compose").wait_for()

    def write(self, words: str) -> Locator:
        """Type and press Enter; returns the customer's own bubble."""
        self.phone.get_by_test_id("compose").fill(words)
        self.phone.get_by_test_id("compose").press("Enter")
        return self.own(words)

    def own(self, words: str) -> Locator:
        return self._messages("[data-direction=out]").filter(has_text=words)

    def reply(self, words: str) -> Locator:
        return self._messages("[data-direction=in]").filter(has_text=words)

    def picture(self) -> Locator:
        return self._messages("[data-direction=in][data-kind=image]").locator("img")

    def wait_for_picture(self) -> None:
        """Wait until a picture is there and has been drawn."""
        self.picture().first.wait_for()
        self.picture().first.evaluate("image => image.decode()")

    def _messages(self, which: str) -> Locator:
        return self.phone.locator(f"[data-testid=message]{which}")
