"""What an agent sees stays whole, and theirs: through refusals, new sessions, other log-ins."""

import pytest

from tests.ten_thousand import fill
from tests.waiting import eventually

QUESTION = "Hola, ¿tienen café en grano?"
MEANWHILE = "¿Y molido?"
BEGUN = "Sí, tenemos de dos"
AT_LEAST_MS = 10_000
# As if more was missed than is told one by one.
_RESYNC = """async () => {
  const { live, store } = await import("/static/actions.js");
  store.dispatch({ type: "set", values: { lastSeq: 1e9 } });
  live.start();
}"""


@pytest.fixture
def session(stack, customer):
    stack.write(customer, QUESTION, name="Lucía Gómez")
    stack.wait_until_handled(customer)
    session = stack.session_of(customer)
    agent = stack.agent("agente.ladera")
    agent.post(f"/api/stores/store-1/sessions/{session}/takeover").raise_for_status()
    return session


def test_what_cannot_be_loaded_anew_is_asked_for_until_it_is_there(
    stack, open_console, session, customer
):
    console = open_console("whole").log_in(stack.demo, "agente.ladera")
    console.watched.forgive(r"503|WebSocket")
    console.open(session)
    console.message(QUESTION).wait_for()
    refused = set()

    def refuse_once(route):
        what = route.request.url.split("?")[0]
        if what in refused:
            return route.continue_()
        refused.add(what)
        return route.fulfill(status=503, json={"error": {"code": "busy"}})

    console.page.route("**/sessions?*", refuse_once)
    console.page.route("**/messages", refuse_once)
    # The room's own news are held back: only loading anew can bring them.
    console.page.evaluate('import("/static/actions.js").then(({ live }) => live.stop())')
    stack.write(customer, MEANWHILE)
    stack.wait_until_handled(customer)
    console.page.evaluate(_RESYNC)

    console.find("offline-bar").wait_for()
    console.message(MEANWHILE).wait_for(timeout=AT_LEAST_MS)
    console.conversation(session).filter(has_text=MEANWHILE).wait_for(timeout=AT_LEAST_MS)
    console.find("offline-bar").wait_for(state="hidden")
    assert len(refused) == 2


def test_a_half_written_answer_goes_on_in_the_customers_new_session(
    stack, open_console, session, customer
):
    console = open_console("draft").log_in(stack.demo, "agente.ladera")
    console.open(session)
    field = console.find("composer")
    field.fill(BEGUN)
    stack.sql(
        "UPDATE conversations SET window_expires_at = now() - interval '1 hour'"
        " WHERE session_id = CAST(:session AS uuid)",
        session=session,
    )
    stack.write(customer, MEANWHILE)
    console.message(MEANWHILE).wait_for()
    present = eventually(
        lambda: (
            console.page.evaluate("location.hash.slice(1)") != session
            and console.page.evaluate("location.hash.slice(1)")
        ),
        what="the new session",
    )

    assert present == stack.session_of(customer)
    assert field.input_value() == BEGUN
    console.message(QUESTION).wait_for()
    console.conversation(present).wait_for()
    assert console.conversation(session).count() == 0

    # The server's clock may be ahead of the page's: then the window closes on what was just sent.
    console.page.route(
        "**/messages",
        lambda route: (
            route.fulfill(status=409, json={"error": {"code": "window_closed"}})
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    console.watched.forgive("409")
    if field.is_disabled():
        console.find("take-over").click()
        console.wait_for_state("human")
    field.press("Enter")
    eventually(lambda: field.input_value() == BEGUN, what="the words in the field again")
    assert console.message(BEGUN).count() == 0


def test_another_log_in_in_this_browser_makes_the_open_page_theirs(stack, open_console, session):
    console = open_console("first").log_in(stack.demo, "agente.ladera")
    page = console.page
    console.watched.forgive("WebSocket|40[13]")
    console.open(session)
    name = page.locator("#agent-name").text_content()
    theirs = next(each for each in stack.demo["agents"] if each["email"].startswith("duena"))
    asked = {"email": theirs["email"], "password": theirs["password"]}
    answer = page.context.request.post(f"{stack.demo['console']}/api/login", data=asked)
    owner = answer.json()["agent"]["name"]

    for change in ("offline", "online"):
        page.evaluate("(change) => window.dispatchEvent(new Event(change))", change)

    page.locator("#agent-name").filter(has_text=owner).wait_for(state="attached")
    assert owner != name
    assert console.find("composer").is_hidden()


def test_a_conversation_that_is_not_in_the_list_opens_by_its_address(stack, open_console, session):
    with stack._owner.begin() as connection:  # sixty newer conversations
        fill(connection, "store-1", 60, 1)
    stack.sql(
        "UPDATE conversations SET last_message_at = now() - interval '3 days', owner = 'bot',"
        " agent_id = NULL WHERE session_id = CAST(:session AS uuid)",
        session=session,
    )
    console = open_console("far").log_in(stack.demo, "agente.ladera")
    console.find("conversation").first.wait_for()
    assert console.conversation(session).count() == 0
    console.page.evaluate("(session) => { location.hash = session; }", session)

    console.page.locator("#thread-name").filter(has_text="Lucía Gómez").wait_for()
    console.message(QUESTION).wait_for()
    console.find("take-over").click()
    console.wait_for_state("human")
    console.page.reload()
    console.page.locator("#thread-name").filter(has_text="Lucía Gómez").wait_for()
    console.watched.screenshot("opened-by-its-address")


def test_what_a_contact_said_before_it_became_one_with_another_is_a_click_away(
    stack, open_console, session, customer
):
    other = f"{customer[:-5]}9{customer[-4:]}"
    stack.write(other, BEGUN)
    stack.wait_until_handled(other)
    former = stack.session_of(other)
    stack.sql(
        "UPDATE contacts SET phone = one.phone, merged_into = one.contact_id FROM contacts AS one"
        " WHERE contacts.store_id = one.store_id AND contacts.phone = :other"
        " AND one.phone = :phone",
        other=other,
        phone=customer,
    )
    console = open_console("merged").log_in(stack.demo, "agente.ladera")
    console.open(session)
    assert console.conversation(former).count() == 1

    console.find("panel-session").first.click()

    console.message(BEGUN).first.wait_for()
    assert console.page.evaluate("location.hash.slice(1)") == former
