"""The console loses its server in the middle of a conversation and comes back by itself."""

import os
import signal

from tests.waiting import eventually

MEANWHILE = "¿Sigue ahí? Escribo desde la lluvia"
AFTERWARDS = "Perdón por la espera."


def test_a_console_whose_server_died_says_so_and_catches_up_without_a_reload(
    stack, open_console, customer
):
    console = a_conversation_of_an_agent(stack, open_console, customer)
    console.watched.forgive(r"WebSocket|net::ERR_")
    console.page.evaluate("window.__sameDocument = true")

    os.kill(stack.pids("notifier")[0], signal.SIGKILL)
    console.find("offline-bar").wait_for()
    console.watched.screenshot("offline")
    stack.write(customer, MEANWHILE)
    console.find("offline-bar").wait_for(state="hidden", timeout=20_000)
    console.message(MEANWHILE).first.wait_for()

    assert console.message(MEANWHILE).count() == 1
    console.write(AFTERWARDS)
    console.message(AFTERWARDS).first.wait_for()
    console.watched.screenshot("online-again")
    assert console.message(AFTERWARDS).count() == 1
    assert console.page.evaluate("window.__sameDocument")
    eventually(lambda: len(stack.sent(customer)) == 2, what="the answer on the phone")
    assert stack.sent(customer)[1]["request"]["text"]["body"] == AFTERWARDS


def a_conversation_of_an_agent(stack, open_console, customer):
    stack.write(customer, "Necesito ayuda")
    stack.wait_until_handled(customer)
    session = stack.session_of(customer)
    console = open_console("console").log_in(stack.demo, "agente.ladera")
    console.open(session)
    console.find("take-over").click()
    console.wait_for_state("human")
    return console
