"""The door: killed at its named points, Redis gone, and what an outsider may try."""

import hashlib
import hmac
import json
import os
import signal
import time

import pytest
import redis
import requests

from tests.waiting import eventually

from .ledger import check_ledger


def envelope(number, phone, words, wamid):
    message = {"from": phone, "id": wamid, "timestamp": str(int(time.time())), "type": "text"}
    message["text"] = {"body": words}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": phone}],
        "messages": [message],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def post(stack, store, body, secret):
    raw = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return requests.post(
        f"{stack.demo['ingress']}/webhooks/{store}",
        data=raw,
        headers={"X-Hub-Signature-256": f"sha256={signature}"},
        timeout=10,
    )


def store_facts(stack, number):
    return stack.demo["stores"][number - 1]


@pytest.mark.parametrize(
    "point",
    [
        "ingress.before_commit",
        "ingress.after_commit",
        "ingress.after_ring",
        "ingress.before_answer",
    ],
)
def test_a_door_killed_at_any_point_loses_nothing_and_doubles_nothing(stack, phone, point):
    before = stack.pids("ingress")
    stack.fail_points.write_text(point)
    answer = stack.deliver("store-1", {"from": phone, "text": "hola", "id": f"wamid.{phone}"})
    assert answer["status"] != 200  # the connection died, so Meta sends again
    eventually(lambda: stack.pids("ingress") != before, what="a new door")

    def redelivered():
        again = stack.deliver("store-1", {"from": phone, "text": "hola", "id": f"wamid.{phone}"})
        return again["status"] == 200

    eventually(redelivered, what="Meta's redelivery being taken")
    stack.wait_until_handled(phone)
    assert len(stack.sent(phone)) == 1
    check_ledger(stack, phone, [f"wamid.{phone}"])


def test_everything_waiting_is_answered_after_a_flush_of_redis(stack, phone):
    worker = stack.pids("worker")[0]
    os.kill(worker, signal.SIGSTOP)  # so that messages wait
    try:
        phones = [f"{phone}{number}" for number in range(20)]
        wamids = {each: stack.write(each, "hola") for each in phones}
        with redis.Redis.from_url(stack.demo["redis_url"]) as client:
            client.flushall()
    finally:
        os.kill(worker, signal.SIGCONT)

    deadline = time.monotonic() + 15
    for each in phones:
        stack.wait_until_handled(each, seconds=deadline - time.monotonic())
        assert len(stack.sent(each)) == 1
        check_ledger(stack, each, [wamids[each]])


def test_the_door_answers_200_while_redis_is_dead_and_nothing_is_lost(stack, phone):
    with redis.Redis.from_url(stack.demo["redis_url"]) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        wamid = stack.write(phone, "hola")
    finally:
        os.kill(pid, signal.SIGCONT)

    stack.wait_until_handled(phone)
    assert len(stack.sent(phone)) == 1
    check_ledger(stack, phone, [wamid])


def test_a_delivery_signed_by_one_store_that_names_anothers_number_changes_nothing(stack, phone):
    one, two = store_facts(stack, 1), store_facts(stack, 2)
    body = envelope(two["phone_number_id"], phone, "hola", f"wamid.{phone}")

    answer = post(stack, "store-1", body, one["app_secret"])

    assert answer.status_code == 200
    for store in ("store-1", "store-2"):
        assert stack.mail(phone, store) == []
    assert stack.sql("SELECT 1 FROM contacts WHERE phone = :phone", phone=phone) == []
    assert post(stack, "store-2", body, one["app_secret"]).status_code == 401


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"{not json", 400), (b"[" * 100_000, 400), (b"null", 200), (b"[]", 200), (b"{}", 200)],
)
def test_what_is_no_envelope_gets_a_clear_answer(stack, raw, status):
    one = store_facts(stack, 1)
    signature = hmac.new(one["app_secret"].encode(), raw, hashlib.sha256).hexdigest()
    answer = requests.post(
        f"{stack.demo['ingress']}/webhooks/store-1",
        data=raw,
        headers={"X-Hub-Signature-256": f"sha256={signature}"},
        timeout=10,
    )

    assert answer.status_code == status


def test_an_unknown_store_a_huge_body_and_a_wrong_token_are_refused(stack):
    ingress = stack.demo["ingress"]
    one = store_facts(stack, 1)
    question = {
        "hub.mode": "subscribe",
        "hub.challenge": "12345",
        "hub.verify_token": one["verify_token"],
    }

    verified = requests.get(f"{ingress}/webhooks/store-1", params=question, timeout=5)
    wrong = question | {"hub.verify_token": "no"}

    assert (verified.status_code, verified.text) == (200, "12345")
    assert verified.headers["Content-Type"].startswith("text/plain")
    assert requests.get(f"{ingress}/webhooks/store-1", params=wrong, timeout=5).status_code == 403
    assert post(stack, "store-9", {}, "x").status_code == 404
    huge = requests.post(f"{ingress}/webhooks/store-1", data=b"x" * 3_200_000, timeout=10)
    assert huge.status_code == 413
    assert huge.json()["error"]["code"] == "too_large"
