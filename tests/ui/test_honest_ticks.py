"""What an agent is shown of a message that did not go, or whose fate nobody knows, and may do."""

import pytest

from .every_kind import record

WORDS = "¿Le llegó esto?"
NEXT = "Quedo pendiente."
A_WHILE_MS = 20_000  # a busy machine's


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


def test_a_refused_text_says_why_in_words_and_goes_once_more_by_its_button(
    stack, console, customer
):
    stack.fault(to=f"+{customer}", outcome="error", code=131026)
    console.write(WORDS)

    refused = console.message(WORDS, "failed")
    refused.wait_for(timeout=A_WHILE_MS)
    assert "WhatsApp no puede entregarle a este número" in refused.inner_text()
    console.watched.screenshot("ticks-failed")
    refused.get_by_test_id("retry").press("Enter")

    console.message(WORDS, "read").wait_for(timeout=A_WHILE_MS)
    assert "2.º intento" in console.message(WORDS).inner_text()
    assert len(stack.sent(customer)) == 2  # the welcome, and this once


def test_a_text_in_doubt_holds_back_the_next_and_goes_again_only_when_that_is_meant(
    stack, console, customer
):
    stack.fault(to=f"+{customer}", outcome="accept_then_reset", statuses={"none": True})
    console.write(WORDS)
    console.message(WORDS, "unknown").wait_for(timeout=A_WHILE_MS)
    console.write(NEXT)
    console.message(NEXT).filter(has_text="Espera a que se confirme el anterior").wait_for()
    console.watched.screenshot("ticks-in-doubt")
    # The minute of waiting is over, and nothing else was heard of WhatsApp meanwhile.
    stack.sql("DELETE FROM status_flow")
    stack.sql("UPDATE outbox SET sending_at = now() - interval '2 minutes' WHERE state = 'unknown'")
    stack.sql("UPDATE inbox SET due_at = now() WHERE state = 'pending' AND kind = 'command'")

    in_doubt = console.message(WORDS, "unknown").filter(has_text="puede que haya llegado")
    in_doubt.wait_for(timeout=A_WHILE_MS)
    in_doubt.get_by_test_id("retry").click()
    assert "dos veces" in console.find("question").inner_text()
    console.watched.screenshot("ticks-twice")
    console.page.keyboard.press("Escape")
    console.find("question").wait_for(state="detached")
    in_doubt.get_by_test_id("retry").click()
    console.find("confirm").click()

    for words in (WORDS, NEXT):
        console.message(words, "read").wait_for(timeout=A_WHILE_MS)
    assert "2.º intento" in console.message(WORDS).inner_text()


def test_who_runs_a_paused_store_lets_it_go_on_and_others_only_see_why(stack, open_console):
    agent = open_console("agent").log_in(stack.demo, "agente.ladera")
    owner = open_console("owner", viewport={"width": 360, "height": 740})
    owner.log_in(stack.demo, "duena.ladera")
    for reason, words in (("token_expired", "venció"), ("payment_problem", "problema de pago")):
        stack.sql(
            "UPDATE stores SET status = 'paused', paused_reason = :reason,"
            " version = version + 1 WHERE store_id = 'store-1'",
            reason=reason,
        )
        record(stack, "store_paused", None, reason=reason)
        for each in (agent, owner):
            each.find("store-paused").filter(has_text=words).wait_for(timeout=A_WHILE_MS)
        told = agent.find("store-paused"), owner.find("store-paused")
        assert ["Avisa a quien" in each.inner_text() for each in told] == [True, False]
    for each in (agent, owner):
        each.watched.screenshot(f"paused-{each.watched.name}")
    assert agent.find("resume").is_hidden()
    owner.page.get_by_role("button", name="Más").click()
    owner.watched.screenshot("paused-owner-whole")
    owner.find("resume").click()

    for each in (agent, owner):
        each.find("store-paused").wait_for(state="hidden", timeout=A_WHILE_MS)
    assert owner.watched.measures().overflow <= 0
    for each in (agent, owner):
        each.page.evaluate("window.__shift = 0")  # a bar that comes and goes moves what is below
