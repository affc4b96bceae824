"""A worker that is stopped in the middle of a turn for longer than its lease, and then woken."""

import os
import signal
import threading
from contextlib import contextmanager

import pytest

from tests.waiting import eventually

from .crowd import phone_of
from .echo_assistant import order_text

_BOOKS = {
    "messages": "SELECT * FROM messages WHERE store_id = :store ORDER BY message_id",
    "outbox": "SELECT * FROM outbox WHERE store_id = :store ORDER BY outbox_id",
    "turns": "SELECT * FROM turns WHERE store_id = :store ORDER BY turn_id",
    "inbox": "SELECT * FROM inbox WHERE store_id = :store AND kind = 'message' ORDER BY inbox_id",
    # Statuses come after the answer and are nobody's turn; a number is given a moment later.
    "events": "SELECT event_id, type, session_id, refs FROM events"
    " WHERE store_id = :store AND type <> 'message_status' ORDER BY event_id",
}


def books(crowd, store):
    return {name: crowd.sql(query, store=store) for name, query in _BOOKS.items()}


def fence_of(crowd, store):
    """Read the fence; a doorbell rung once too often moves it on, only the sleeper could lower it."""
    return crowd.sql("SELECT fence FROM leases WHERE store_id = :store", store=store)[0]["fence"]


def logged(crowd, event, store):
    """Count the lines that workers logged of an event of a store."""
    logs = (crowd.folder / "data" / "logs").glob("worker-*.log")
    lines = (line for log in logs for line in log.read_text().splitlines())
    return sum(1 for line in lines if f'"{event}"' in line and f'"{store}"' in line)


class Gate:
    """Holds back the assistant's first answer until it is opened; later ones pass."""

    def __init__(self):
        self.came = 0
        self._opened = threading.Event()

    def __call__(self, _who, _numbers):
        self.came += 1
        if self.came == 1:
            assert self._opened.wait(60)

    def open(self):
        self._opened.set()


@contextmanager
def stopped(crowd, store, phone):
    """Stop the worker that holds a conversation until another has finished with it."""
    pid = crowd.holder_of(store, phone)
    os.kill(pid, signal.SIGSTOP)
    try:
        crowd.wait_until_handled(phone, store)
        eventually(lambda: is_given_back(crowd, store), what="the lease given back")
        assert crowd.holder_of(store, phone) != pid
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def is_given_back(crowd, store):
    query = "SELECT 1 FROM leases WHERE store_id = :store AND held_until > clock_timestamp()"
    return crowd.sql(query, store=store) == []


def wait_until_abandoned(crowd, store):
    eventually(lambda: logged(crowd, "turn_abandoned", store), what="the woken worker giving up")


def test_a_worker_woken_after_another_has_answered_writes_nothing_and_sends_nothing(crowd):
    store, phone, gate = crowd.new_store(), phone_of(1), Gate()
    crowd.fault(store_id=store, outcome="statuses", times=0, statuses={"none": True})
    crowd.assistant.watch = gate
    crowd.write(phone, order_text("ana", 1), store)
    eventually(lambda: gate.came, what="the first worker asking")

    with stopped(crowd, store, phone):
        before, fence = books(crowd, store), fence_of(crowd, store)
        gate.open()  # its answer waits for the sleeper
    wait_until_abandoned(crowd, store)

    assert gate.came == 2
    assert len(crowd.calls(store)) == 1
    assert books(crowd, store) == before
    assert fence_of(crowd, store) >= fence


@pytest.mark.long
def test_a_worker_woken_in_the_middle_of_a_send_leaves_the_books_to_its_successor(crowd):
    store, phone = crowd.new_store(unknown_seconds=20), phone_of(1)
    # Its status comes when the successor already waits for it.
    statuses = {"order": ["delivered"], "delay_ms": 3000}
    crowd.fault(store_id=store, outcome="delay", seconds=3, times=0, statuses=statuses)
    crowd.write(phone, order_text("ana", 1), store)
    eventually(lambda: crowd.calls(store), what="the send being on its way")

    with stopped(crowd, store, phone):
        before, fence = books(crowd, store), fence_of(crowd, store)
    wait_until_abandoned(crowd, store)

    assert len(crowd.calls(store)) == 1
    assert [part["state"] for part in before["outbox"]] == ["accepted"]
    assert books(crowd, store) == before
    assert fence_of(crowd, store) >= fence
