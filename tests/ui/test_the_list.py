"""The list of conversations: its tabs, its cards, its alerts, and ten thousand lines."""

import json

import pytest

from tests.ten_thousand import fill
from tests.waiting import eventually

from .conftest import new_customer

OTHER_STORE = "store-2"  # of the other tests none is disturbed
ASKS = "Necesito hablar con un asesor, por favor"
MANY = 10_000
# Of the processor, not of the clock: other programs of a busy machine are no stall of ours.
LONGEST_TASK_MS = 100
# The end, which loads what follows as often as it is reached; then up again.
_TO_THE_END = """async (all) => {
  const list = document.getElementById("list-body");
  const size = () => Number(list.querySelector("li")?.getAttribute("aria-setsize") ?? 0);
  for (const began = performance.now(); size() < all && performance.now() - began < 90000;) {
    list.scrollTop = list.scrollHeight;
    await new Promise((next) => requestAnimationFrame(next));
  }
}"""
_BY_SCREENS = """async (screens) => {
  const list = document.getElementById("list-body");
  for (let screen = 0; screen < screens; screen += 1) {
    list.scrollTop -= list.clientHeight * 0.8;
    await new Promise((next) => requestAnimationFrame(next));
  }
}"""
_STATE = """() => ({
  drawn: document.querySelectorAll("#conversations > li").length,
  stops: document.querySelectorAll('#conversations [tabindex="0"]').length,
  size: Number(document.querySelector("#conversations > li").getAttribute("aria-setsize")),
})"""


@pytest.fixture
def agent(open_console, stack):
    def log_in(name="console", **options):
        return open_console(name, **options).log_in(stack.demo, "agente.ladera")

    return log_in


@pytest.fixture
def waiting(stack):
    """A conversation that waits for a person; its customer and session."""
    customer = new_customer()
    stack.write(customer, ASKS)
    stack.wait_until_handled(customer)
    return customer, stack.session_of(customer)


def count(console, tab):
    return console.find(f"filter-{tab}").locator(".count").inner_text()


def test_tabs_have_true_counts_and_what_is_snoozed_is_apart_until_the_customer_writes(
    stack, agent, waiting
):
    customer, session = waiting
    console, colleague = agent(), agent("colleague")
    colleague.find("filter-waiting").click()
    before = int(count(console, "waiting"))
    assert console.page.title().startswith("(")

    console.open(session)
    console.page.keyboard.press("Alt+m")
    console.find("snooze-reply").click()

    console.conversation(session).get_by_test_id("snoozed").wait_for()
    colleague.conversation(session).wait_for(state="detached")
    eventually(lambda: count(console, "snoozed") == "1", what="the count of what is snoozed")
    assert (count(console, "waiting") or "0") == str(before - 1)
    colleague.find("filter-snoozed").click()
    colleague.conversation(session).wait_for()
    colleague.watched.screenshot("list-snoozed")
    stack.write(customer, "¿Hola?")
    colleague.conversation(session).wait_for(state="detached")
    eventually(lambda: count(colleague, "waiting") == str(before), what="the count of who waits")


def test_a_card_says_all_there_is_to_know_and_the_list_is_narrowed_by_it(stack, agent, waiting):
    customer, session = waiting
    stack.sql(
        "UPDATE conversations SET window_expires_at = now() + interval '3 hours',"
        " waiting_since = now() - interval '12 minutes', snoozed = false"
        " WHERE session_id = :session",
        session=session,
    )
    stack.sql("UPDATE contacts SET opted_out_at = now() WHERE phone = :phone", phone=customer)
    console = agent()
    line = console.conversation(session)
    for mark in ("unread", "waiting-since", "window-left", "opted-out"):
        line.get_by_test_id(mark).wait_for()
    assert "12 min" in line.get_by_test_id("waiting-since").inner_text()

    console.find("owner-filter").select_option("bot")
    line.wait_for(state="detached")
    console.find("owner-filter").select_option("queue")
    line.wait_for()
    console.find("unread-filter").click()
    line.wait_for()
    console.find("search").fill("asesor")  # of an earlier message, not the last one
    line.wait_for()
    console.find("search").fill("nadie lo dijo")
    console.page.get_by_role("heading", name="Nada coincide").wait_for()
    for language in ("en", "es"):
        console.watched.speak(language)
        console.find("search").fill("")
        console.watched.screenshot(f"list-narrowed-{language}")


def test_alerts_are_for_handovers_alone_and_only_while_nobody_looks(stack, agent, browser):
    console = agent(permissions=["notifications"])
    console.page.evaluate(
        """() => {
          window.__notes = [];
          window.Notification = class extends EventTarget {
            static permission = "granted";
            constructor(title, { body }) { super(); window.__notes.push(body); }
          };
        }"""
    )
    button = console.find("alerts")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    seen, unseen = new_customer(), new_customer()
    stack.write(seen, ASKS)
    stack.wait_until_handled(seen)
    console.conversation(stack.session_of(seen), "handover").wait_for()
    console.page.evaluate("document.hasFocus = () => false")
    stack.write(unseen, "hola")
    stack.wait_until_handled(unseen)
    stack.write(unseen, ASKS)
    stack.wait_until_handled(unseen)
    console.conversation(stack.session_of(unseen), "handover").wait_for()

    eventually(lambda: console.page.evaluate("window.__notes.length") == 1, what="the alert")
    console.page.reload()
    console.page.locator("[data-testid=alerts][aria-pressed=true]").wait_for()


@pytest.mark.measures
def test_ten_thousand_conversations_scroll_without_a_stall_and_keep_the_keyboard(
    stack, open_console, browser
):
    with stack._owner.begin() as connection:
        fill(connection, OTHER_STORE, MANY, 1)
    console = open_console("many").log_in(stack.demo, "agente.helecho")
    page = console.page
    eventually(lambda: count(console, "all") == "10.000+", what="the count of all")
    page.evaluate(_TO_THE_END, MANY)

    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    page.evaluate(_BY_SCREENS, 200)
    page.locator("#conversations .line").nth(5).focus()
    for key in ("End", "ArrowUp", "PageUp", "Home", "ArrowDown"):
        page.keyboard.press(key)
    focused = page.evaluate("document.activeElement.closest('li').getAttribute('aria-posinset')")
    chosen = page.evaluate("document.activeElement.dataset.sessionId")
    stack.write(new_customer(), "hola", OTHER_STORE)  # a line comes above it
    page.locator(f'li[aria-posinset="3"] [data-session-id="{chosen}"]').wait_for()
    tasks = tasks_of(browser.stop_tracing())

    state = page.evaluate(_STATE)
    print(
        f"{state['size']} lines here, {state['drawn']} drawn; {len(tasks)} tasks, ms of the",
        end=" ",
    )
    print(f"processor: all {sum(tasks):.0f}, longest {[round(each) for each in tasks[-5:]]}")
    assert page.evaluate("document.activeElement.dataset.sessionId") == chosen
    assert (focused, state["stops"]) == ("2", 1)
    assert state["size"] >= MANY
    assert state["drawn"] < 40
    assert tasks[-1] <= LONGEST_TASK_MS


def tasks_of(trace):
    """Read how long each task of the page's own thread kept the processor, shortest first."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    spent = [
        each["tdur"] / 1000
        for each in events
        if each["name"] == "RunTask" and (each["pid"], each["tid"]) in mains and "tdur" in each
    ]
    assert spent, "the trace has no task"
    return sorted(spent)
