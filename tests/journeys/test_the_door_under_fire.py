"""The door: killed at its named points, Redis emptied, and what an outsider may try."""

import os
import signal
import time
from contextlib import contextmanager

import psycopg
import pytest
import redis
import requests

from tests.waiting import eventually

from .ledger import check_ledger
from .metas_side import Delivery, envelope, post, post_raw, signed, store_facts


@pytest.mark.measures  # what waits is given up after two seconds
@pytest.mark.parametrize(
    "point",
    [
        "ingress.before_commit",
        "ingress.after_commit",
        pytest.param("ingress.after_ring", marks=pytest.mark.long),
        pytest.param("ingress.before_answer", marks=pytest.mark.long),
    ],
)
def test_a_door_killed_with_many_deliveries_in_one_commit_loses_none_and_doubles_none(
    stack, phone, point
):
    # What waits is given up after 1.7 s: a machine that is slow for a moment tries again.
    stored = None
    for number in range(3):
        opener, group = f"{phone}{number}8", [f"{phone}{number}{each}" for each in range(8)]
        known = {each: stack.write(each, "hola") for each in (opener, group[0])}
        stored = kill_door_with(stack, opener, group, point)
        if stored is not None and (point == "ingress.before_commit" or len(stored) > 1):
            break

    assert stored is not None, "each group was given up first"
    assert len(stored) > 1 if point != "ingress.before_commit" else not stored
    for each in (opener, *group):
        eventually(lambda it=each: is_taken(stack, it), 30, "Meta's redelivery being taken")
    for each in (opener, *group):
        stack.wait_until_handled(each)
        check_ledger(stack, each, [*filter(None, [known.get(each)]), f"wamid.{each}"])


def kill_door_with(stack, opener, group, point):
    """Kill the door at a point with a group in its hands; returns what of the group is stored.

    Returns None where what waited was given up before the door came to its point.
    """
    before, sent = stack.pids("ingress"), []
    try:
        answers = answers_of_a_killed_door(stack, opener, group, point, sent)
    except AssertionError:  # of one of its waits
        answers = [each.answer() for each in sent]
    else:
        assert 200 not in answers
    if 0 not in answers:
        stack.fail_points.unlink(missing_ok=True)
        eventually(lambda: is_taken(stack, opener), 30, "a door that takes again")
        return None
    eventually(lambda: stack.pids("ingress") != before, what="a new door")
    return stack.sql(
        "SELECT event_id FROM inbox WHERE event_id = ANY(:wamids)",
        wamids=[f"wamid.{each}" for each in group],
    )


def answers_of_a_killed_door(stack, opener, group, point, sent):
    """Let a group wait for the opener's commit, and the door meet its point with the group."""
    with head_held(stack, opener) as opening, head_held(stack, group[0]) as held:
        first = Delivery(stack, opener, f"wamid.{opener}")
        sent.append(first)
        eventually(lambda: has_stopped(stack, opening), what="a group being written")
        deliveries = [Delivery(stack, each, f"wamid.{each}") for each in group]
        sent += deliveries
        # With them wait statuses of what was sent before.
        eventually(lambda: waiting_at_the_door(stack) >= len(group), what="all waiting for it")
        if point == "ingress.before_commit":
            stack.fail_points.write_text(point)
        opening.rollback()
        if point != "ingress.before_commit":
            first.answer()  # or the door would die of this one, before the group is stored
            eventually(lambda: has_stopped(stack, held), what="the next group being written")
            stack.fail_points.write_text(point)
        held.rollback()
        if point == "ingress.before_commit":
            first.answer()
        return [each.answer() for each in deliveries]


@contextmanager
def head_held(stack, phone):
    """Hold what the door must lock to write to a customer's conversation."""
    with psycopg.connect(stack.demo["migration_database_url"]) as connection:
        connection.execute(
            "SELECT 1 FROM conversation_heads AS head JOIN contacts"
            " ON contacts.store_id = head.store_id AND contact_id = conversation_id"
            " WHERE head.store_id = 'store-1' AND phone = %s FOR UPDATE OF head",
            [phone],
        )
        yield connection


def has_stopped(stack, holder):
    """Say whether somebody waits for what this connection holds."""
    return stack.sql(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND :pid = ANY(pg_blocking_pids(pid))",
        pid=holder.info.backend_pid,
    )


def waiting_at_the_door(stack):
    scraped = requests.get(f"{stack.demo['ingress']}/metrics", timeout=5).text
    return float(scraped.split("\nmostrador_deliveries_waiting ")[1].split("\n")[0])


def is_taken(stack, phone):
    return Delivery(stack, phone, f"wamid.{phone}").answer() == 200


@pytest.mark.long
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
    answer = post_raw(stack, "store-1", raw, signed(raw, one["app_secret"]))

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
