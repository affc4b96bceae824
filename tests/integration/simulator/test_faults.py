"""Faults on real sockets: the caller sees what was scripted, the ledger what happened."""

import threading
import time

import pytest
import requests

from .stand import CUSTOMER, PATIENCE_SECONDS, STORE, statuses_in, text_to, wait_until


def times_accepted(simulator, text):
    return sum(
        record["accepted"] and record["request"]["text"]["body"] == text
        for record in simulator.sent()
    )


def test_a_graph_error_carries_metas_status_for_its_code(simulator):
    simulator.arm(outcome="error", code=131045)
    simulator.arm(outcome="error", code=130429, retry_after=7)

    first, second, third = simulator.send(), simulator.send(), simulator.send()

    assert (first.status_code, first.json()["error"]["code"]) == (500, 131045)
    assert (second.status_code, second.headers["Retry-After"]) == (400, "7")
    assert third.status_code == 200
    assert [record["outcome"] for record in simulator.sent()] == ["error", "error", "accepted"]


def test_a_plain_http_answer_may_hide_an_accepted_message(simulator, ingress):
    simulator.arm(outcome="http", http_status=503, body="upstream")
    simulator.arm(outcome="http", accepted=True)

    refused, taken = simulator.send(), simulator.send(text_to(CUSTOMER, "Adiós"))

    assert (refused.status_code, refused.text) == (503, "upstream")
    assert taken.status_code == 502
    assert times_accepted(simulator, "Hola") == 0
    assert times_accepted(simulator, "Adiós") == 1
    ingress.wait_for(3)


@pytest.mark.parametrize(("outcome", "accepted"), [("accept_then_reset", 1), ("reset", 0)])
def test_a_reset_cuts_the_connection_without_an_answer(simulator, ingress, outcome, accepted):
    simulator.arm(outcome=outcome)

    with pytest.raises(requests.ConnectionError) as raised:
        simulator.send()

    assert "ConnectionResetError" in repr(raised.value)
    assert times_accepted(simulator, "Hola") == accepted
    assert simulator.sent()[0]["http_status"] is None
    if accepted:
        assert statuses_in(ingress.wait_for(3))[0]["status"] == "sent"


def test_an_accepted_message_whose_answer_hangs_has_its_statuses_all_the_same(simulator, ingress):
    simulator.arm(outcome="accept_then_hang")

    with pytest.raises(requests.ReadTimeout):
        simulator.send(timeout=0.6)

    assert times_accepted(simulator, "Hola") == 1
    ingress.wait_for(3)


def test_clearing_the_faults_lets_a_hanging_request_go(simulator):
    simulator.arm(outcome="hang")
    failures = []

    def send():
        try:
            simulator.send()
        except requests.ConnectionError as error:
            failures.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    wait_until(lambda: len(simulator.sent()) == 1)
    assert simulator.control("DELETE", "/faults").status_code == 204
    thread.join(PATIENCE_SECONDS)

    assert len(failures) == 1
    assert simulator.sent()[0]["outcome"] == "hang"
    assert simulator.send().status_code == 200


def test_a_client_that_leaves_does_not_keep_a_thread(simulator):
    simulator.arm(outcome="hang", times=0)
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(requests.ReadTimeout):
            simulator.send(timeout=0.05)

    wait_until(lambda: threading.active_count() <= before)


def test_a_delayed_answer_comes_late_and_counts_once(simulator, ingress):
    simulator.arm(outcome="delay", seconds=0.4)
    started = time.monotonic()

    assert simulator.send().status_code == 200

    assert time.monotonic() - started >= 0.4
    assert times_accepted(simulator, "Hola") == 1
    ingress.wait_for(3)


def test_statuses_come_in_the_scripted_order(simulator, ingress):
    order = ["read", "sent", "delivered", "delivered"]
    simulator.arm(outcome="statuses", statuses={"order": order, "delay_ms": 5})

    simulator.send()

    assert [each["status"] for each in statuses_in(ingress.wait_for(4))] == order
    wait_until(lambda: len(simulator.sent()[0]["statuses"]) == 4)
    assert [each["http_status"] for each in simulator.sent()[0]["statuses"]] == [200] * 4


def test_a_message_may_fail_after_it_was_accepted_or_stay_silent(simulator, ingress):
    failed = {"code": 131047, "title": "Re-engagement message"}
    simulator.arm(outcome="statuses", statuses={"none": True}, to=f"+{CUSTOMER}")
    simulator.arm(outcome="statuses", statuses={"failed": failed})

    silent, failing = simulator.send().json(), simulator.send().json()

    [report] = statuses_in(ingress.wait_for(1))
    assert report["id"] == failing["messages"][0]["id"] != silent["messages"][0]["id"]
    assert report["status"] == "failed"
    assert report["errors"][0]["code"] == 131047


def test_a_fault_waits_for_its_call_its_store_and_its_type(simulator):
    simulator.arm(outcome="error", code=131053, type="image")
    simulator.arm(outcome="error", code=131056, store_id=STORE, to=CUSTOMER, call=2)
    simulator.arm(outcome="error", code=190, store_id="store-9", times=0)

    answers = [simulator.send().status_code for _ in range(3)]

    assert answers == [200, 400, 200]
    listed = simulator.control("GET", "/faults").json()["faults"]
    assert [(fault["seen"], fault["used"]) for fault in listed] == [(0, 0), (3, 1), (0, 0)]


def test_a_read_receipt_uses_up_no_fault_meant_for_messages(simulator):
    simulator.arm(outcome="error", code=131000)
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}

    assert simulator.send(receipt).status_code == 200
    assert simulator.send().status_code == 500


def test_a_misspelt_fault_is_refused(simulator):
    answer = simulator.control("POST", "/faults", {"outcome": "error", "tims": 3})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"fields": ["tims"]}
