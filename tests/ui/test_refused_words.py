"""What an agent wrote is theirs until it has gone, whatever happens as it is sent."""

import pytest

from tests.waiting import eventually

QUESTION = "Hola, ¿hacen envíos?"
WORDS = "Sí, a toda Colombia"
MEANWHILE = "¿Siguen ahí?"


@pytest.fixture
def session(stack, customer):
    stack.write(customer, QUESTION, name="Rosa Vélez")
    stack.wait_until_handled(customer)
    session = stack.session_of(customer)
    agent = stack.agent("agente.ladera")
    agent.post(f"/api/stores/store-1/sessions/{session}/takeover").raise_for_status()
    return session


@pytest.fixture
def console(stack, open_console, session):
    console = open_console("refused").log_in(stack.demo, "agente.ladera")
    console.watched.forgive(r"40[19]|ERR_|WebSocket")
    console.open(session)
    console.message(QUESTION).wait_for()
    return console


def hold(console):
    """Let nothing that is sent arrive; the routes that wait are for the test to end."""
    held = []

    def catch(route):
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    console.page.route("**/messages", catch)
    return held


def test_words_that_are_refused_after_their_conversation_was_left_wait_there(console, session):
    held = hold(console)
    console.write(WORDS)
    eventually(lambda: console.page.wait_for_timeout(20) or held, what="the send")
    console.page.keyboard.press("Escape")
    console.find("state").wait_for(state="hidden")
    console.open(session)
    console.message(WORDS, "sending").wait_for()
    held[0].abort()
    console.message(WORDS, "failed").wait_for()
    console.page.unroute("**/messages")
    console.find("retry").click()
    console.message(WORDS, "read").wait_for()
    assert console.message(WORDS).count() == 1


def test_words_whose_log_in_ended_on_the_send_are_in_the_field_after_the_next(
    stack, console, session
):
    console.page.context.clear_cookies()
    console.write(WORDS)
    console.find("login-email").wait_for()
    console.page.reload()
    console.log_in(stack.demo, "agente.ladera")
    if not console.find("composer").is_visible():
        console.open(session)

    eventually(lambda: console.find("composer").input_value() == WORDS, what="the words")


def test_one_refused_request_ends_no_log_in_and_a_dialog_goes_on_in_the_customers_new_session(
    stack, console, session, customer
):
    refuse = {"status": 401, "json": {"error": {"code": "not_authenticated"}}}
    console.page.route("**/snooze", lambda route: route.fulfill(**refuse), times=1)
    console.page.keyboard.press("Alt+M")
    console.find("snooze-hour").click()
    console.page.locator("#action-error").filter(has_text="no reconoció tu sesión").wait_for()

    stack.sql(
        "UPDATE conversations SET window_expires_at = now() - interval '1 hour'"
        " WHERE session_id = CAST(:session AS uuid)",
        session=session,
    )
    console.page.keyboard.press("Alt+M")
    console.find("snooze-hour").wait_for()
    stack.write(customer, MEANWHILE)
    console.message(MEANWHILE).wait_for()
    console.page.wait_for_function("(session) => location.hash.slice(1) !== session", arg=session)
    console.find("snooze-hour").click()

    snoozed = "SELECT snoozed FROM conversations WHERE session_id = CAST(:present AS uuid)"
    present = stack.session_of(customer)
    eventually(lambda: stack.sql(snoozed, present=present)[0]["snoozed"], what="the snooze")
