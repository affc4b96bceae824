"""Every page and dialog of the console under axe-core, light and dark: nothing serious is found."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import new_customer
from .every_kind import THREAD, EveryKind
from .test_every_kind import serve_media

GRAVE = ("serious", "critical")
THEMES = ("light", "dark")
# WCAG 2.2 AA, and what axe-core calls good practice where it is serious.
RULES: dict[str, object] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
_CLOSE = """UPDATE conversations SET window_expires_at = now() - interval '1 minute'
    WHERE session_id = CAST(:id AS uuid)"""
HANDED_OVER = "Quiero hablar con una persona"


@pytest.fixture(scope="module")
def thread(stack):
    """A message of every kind, from a customer who then waits for a person."""
    thread = EveryKind(stack, new_customer())
    for said in THREAD:
        thread.say(said)
    stack.write(thread.customer, HANDED_OVER, name="Ana María")
    stack.wait_until_handled(thread.customer)
    return thread


class Scan:
    """What axe-core finds as a person goes through the page."""

    def __init__(self, console):
        self.console, self.page, self.found = console, console.page, []

    def look(self, where):
        for theme in THEMES:
            self.page.evaluate("it => { document.documentElement.dataset.theme = it; }", theme)
            for each in Axe().run(self.page, options=RULES).response["violations"]:
                if each["impact"] in GRAVE:
                    nodes = [(node["html"][:160], node["failureSummary"]) for node in each["nodes"]]
                    self.found.append((where, theme, each["id"], each["help"], nodes[:4]))

    def dialog(self, name, *ids, key=""):
        """Open a dialog by pressing what opens it, or by its key; look, and close it."""
        for each in ids:
            self.console.find(each).click()
        if key:
            self.page.keyboard.press(key)
        self.page.locator("dialog[open]").wait_for()
        self.look(name)
        self.page.keyboard.press("Escape")
        self.page.locator("dialog[open]").wait_for(state="detached")


@pytest.mark.timeout(240)  # forty looks of axe-core; on a busy machine a look takes two seconds
def test_no_page_and_no_dialog_keeps_anyone_out(stack, open_console, thread):
    console = open_console("console", viewport={"width": 1280, "height": 800})
    scan = Scan(console)
    serve_media(console.page)
    scan.look("log-in")
    console.log_in(stack.demo, "duena.ladera")
    console.conversation(thread.session_id).wait_for()
    scan.look("list, nothing open")
    console.open(thread.session_id)
    console.message(HANDED_OVER).first.wait_for()
    scan.look("thread of one who waits")
    console.find("take-over").click()
    console.wait_for_state("human")
    scan.look("thread of mine")
    scan.dialog("palette", key="Control+k")
    scan.dialog("snooze", key="Alt+m")
    scan.dialog("products", "use-product")
    scan.dialog("begin a conversation", "begin")
    scan.dialog("shortcuts", key="?")
    console.find("more-acts").click()
    scan.look("the conversation's menu")
    console.find("more-acts").click()
    console.find("note-mode").click()
    scan.look("a note, and the panel")
    console.find("reply-mode").click()
    console.find("composer").fill("/")
    console.find("canned").wait_for()
    scan.look("canned replies")
    console.find("composer").fill("")
    console.find("account").click()
    scan.look("account menu")
    console.find("account").click()
    scan.dialog("password", "account", "password")
    scan.dialog("question", "account", "end-log-ins")
    console.find("nav-supervisor").click()
    console.find("tile-waiting").wait_for()
    scan.look("supervisor")
    console.page.get_by_test_id("chart-answers").locator("summary").click()
    scan.look("a chart as a table")
    console.find("to-audit").click()
    console.find("audit-entries").wait_for()
    scan.look("audit log")
    console.find("nav-conversations").click()
    console.page.set_viewport_size({"width": 360, "height": 740})
    scan.look("thread on a phone")
    stack.sql(_CLOSE, id=thread.session_id)
    console.page.reload()
    scan.dialog("templates on a phone", "choose-template")

    assert not scan.found, "\n".join(map(str, scan.found))
