"""What an agent is shown of a message that did not go, or whose fate nobody knows."""

import pytest

WORDS = "¿Le llegó esto?"


@pytest.fixture
def console(stack, open_console, customer):
    stack.write(customer, "Necesito ayuda")
    stack.wait_until_handled(customer)
    console = open_console("console").log_in(stack.demo, "agente.ladera")
    console.open(stack.session_of(customer))
    console.find("take-over").click()
    console.wait_for_state("human")
    yield console
    stack.clear_faults()


def test_a_refused_text_says_why_in_words_and_can_be_written_again(stack, console, customer):
    stack.fault(to=f"+{customer}", times=0, outcome="error", code=131000)
    console.write(WORDS)

    refused = console.message(WORDS, "failed")
    refused.wait_for(timeout=20_000)
    assert "#131000" not in refused.inner_text()
    refused.get_by_role("button").click()
    assert console.find("composer").input_value() == WORDS


def test_a_text_nobody_can_account_for_is_said_to_be_in_doubt(stack, console, customer):
    stack.fault(to=f"+{customer}", outcome="accept_then_reset", statuses={"none": True})
    console.write(WORDS)
    console.message(WORDS, "unknown").wait_for(timeout=20_000)
    # The minute of waiting is over: the worker's own clock need not be waited for here.
    stack.sql("UPDATE outbox SET sending_at = now() - interval '2 minutes' WHERE state = 'unknown'")
    stack.sql("UPDATE inbox SET due_at = now() WHERE state = 'pending' AND kind = 'command'")

    in_doubt = console.message(WORDS, "unknown").locator(".in-doubt")
    in_doubt.wait_for(timeout=20_000)
    assert in_doubt.is_visible()
