"""The supervisor's page, the audit log and the account's menu, as those who use them do."""

import itertools
import re

import pytest

from .conftest import new_customer

PASSWORD = "una clave nueva y larga"
WIDTHS = {1280: 800, 768: 1024, 360: 740}
STORE = "store-1"


@pytest.fixture(scope="module")
def waiting(stack):
    """A customer who waits for a person; their session."""
    customer = new_customer()
    stack.write(customer, "¿Tienen café del Huila?", name="Ana María")
    stack.wait_until_handled(customer)
    stack.write(customer, "Necesito ayuda con un café", name="Ana María")
    stack.wait_until_handled(customer)
    return stack.session_of(customer)


@pytest.fixture
def dead_letter(stack, waiting):
    """A message that was given up; the row of its inbox."""
    (row,) = stack.sql(
        "UPDATE inbox SET state = 'dead', outcome = 'worker_died', attempts = 3"
        " WHERE store_id = :store AND inbox_id = (SELECT inbox_id FROM inbox"
        " WHERE store_id = :store AND kind = 'message' AND state = 'done' LIMIT 1)"
        " RETURNING inbox_id::text",
        store=STORE,
    )
    return row["inbox_id"]


@pytest.fixture
def paused(stack):
    def standing(status, reason):
        stack.sql(
            "UPDATE stores SET status = :status, paused_reason = :reason, version = version + 1"
            " WHERE store_id = :store",
            store=STORE,
            status=status,
            reason=reason,
        )

    standing("paused", "payment_problem")
    yield
    standing("active", "")


def test_a_supervisor_sees_the_store_live_and_settles_what_was_given_up(
    stack, open_console, waiting, dead_letter, customer
):
    console = open_console("supervisor", viewport={"width": 1280, "height": 800})
    console.log_in(stack.demo, "duena.ladera").find("nav-supervisor").click()
    tile = console.find("tile-waiting").locator(".tile-value")
    before = int(number_of(tile))
    assert console.page.url.endswith("#supervisor")
    assert console.find("chart-answers").locator("rect.chart-bot").count() >= 1

    stack.write(customer, "Quiero hablar con una persona")  # told by an event, not by the clock
    tile.filter(has_text=str(before + 1)).wait_for(timeout=6_000)

    letter = console.find("dead-letter")
    letter.get_by_text("se detuvo").wait_for()
    letter.get_by_test_id("dead-discard").click()
    console.find("confirm").click()
    letter.wait_for(state="detached")
    console.find("dead-letters").get_by_text("No hay ninguno").wait_for()
    (row,) = stack.sql("SELECT state FROM inbox WHERE inbox_id::text = :id", id=dead_letter)
    assert row["state"] == "discarded"
    console.page.go_back()
    console.find("filter-all").wait_for()


def test_a_paused_store_says_why_and_goes_on_for_who_may(stack, open_console, waiting, paused):
    agent = open_console("agent").log_in(stack.demo, "agente.ladera")
    agent.find("nav-supervisor").click()
    agent.find("paused-stores").get_by_text("problema de pago").wait_for()
    assert not agent.find("resume-store").is_visible()
    owner = open_console("owner").log_in(stack.demo, "duena.ladera")
    owner.find("nav-supervisor").click()

    owner.find("resume-store").click()

    for each in (owner, agent):
        each.find("paused-stores").wait_for(state="hidden")


def test_the_supervisors_pages_fit_every_width_in_both_languages_and_themes(
    stack, open_console, waiting
):
    console = open_console("console").log_in(stack.demo, "duena.ladera")
    for place, shown in {"supervisor": "tile-waiting", "audit": "audit-entries"}.items():
        console.page.evaluate("place => { location.hash = place; }", place)
        console.find(shown).wait_for()
        for language, theme, width in itertools.product(("en", "es"), ("light", "dark"), WIDTHS):
            console.watched.speak(language)
            console.page.evaluate("it => { document.documentElement.dataset.theme = it; }", theme)
            console.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            console.watched.screenshot(f"{place}-{theme}-{width}-{language}")
            assert console.watched.measures().overflow <= 0, (place, width)


def test_an_agent_changes_the_password_and_ends_other_log_ins(stack, open_console):
    account = next(each for each in stack.demo["agents"] if each["email"].startswith("agente"))
    console, other = (open_console(name).log_in(stack.demo, "agente") for name in ("one", "other"))
    other.watched.forgive("status of 401")
    console.watched.forgive(r"status of 403 .*/api/password\)")
    console.find("account").click()
    console.watched.screenshot("account-menu")
    console.find("password").click()
    change(console, "no es esta", PASSWORD)
    console.find("password-error").get_by_text("no es correcta").wait_for()

    change(console, account["password"], PASSWORD)

    console.find("told").wait_for()
    other.find("login-email").wait_for()
    console.page.keyboard.press("Escape")
    console.find("account").click()
    console.find("password").click()
    change(console, PASSWORD, account["password"])  # as it was, for the tests after this one
    console.find("told").wait_for()
    console.page.keyboard.press("Escape")
    console.find("account").click()
    console.find("end-log-ins").click()
    console.find("confirm").click()
    console.find("told").get_by_text("No había otras").wait_for()
    console.page.keyboard.press("Escape")
    console.find("account").click()
    console.find("logout").click()
    console.find("login-email").wait_for()


def change(console, old, new):
    console.find("old-password").fill(old)
    for each in ("new-password", "repeat-password"):
        console.find(each).fill(new)
    console.find("password-change").click()


def number_of(tile):
    tile.filter(has_text=re.compile(r"\d")).wait_for()
    return tile.inner_text()
