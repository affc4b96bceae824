"""A worker that is asked to stop finishes its turns, or hands them back within its grace."""

import os
import signal
import threading
from pathlib import Path

from tests.waiting import eventually

from .crowd import phone_of
from .echo_assistant import order_text


class Door:
    """Holds back the assistant's answers until it is opened, and counts who came."""

    def __init__(self):
        self.came = 0
        self.opened = threading.Event()

    def __call__(self, _who, _numbers):
        self.came += 1
        assert self.opened.wait(60)


def ask_to_stop(crowd, store, phone):
    pid = crowd.holder_of(store, phone)
    os.kill(pid, signal.SIGTERM)
    return pid


def threads_of(pid):
    """Count the threads of a process: one that stops ends its sweeper's first of all."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def has_ended(pid):
    return not Path(f"/proc/{pid}").exists()


def test_a_turn_that_ends_within_the_grace_is_finished_where_it_began(crowd):
    store, phone, door = crowd.new_store(), phone_of(1), Door()
    crowd.assistant.watch = door
    crowd.write(phone, order_text("ana", 1), store)
    eventually(lambda: door.came, what="the worker asking")

    known = threads_of(crowd.holder_of(store, phone))
    pid = ask_to_stop(crowd, store, phone)
    eventually(lambda: threads_of(pid) < known, what="the worker beginning to stop")
    door.opened.set()
    crowd.wait_until_handled(phone, store)
    eventually(lambda: has_ended(pid), what="the end of the process")

    assert (door.came, crowd.holder_of(store, phone)) == (1, pid)
    assert len(crowd.calls(store)) == 1


def test_a_turn_that_takes_longer_is_handed_back_and_answered_once_by_another(crowd):
    store, phone, door = crowd.new_store(), phone_of(2), Door()
    crowd.assistant.watch = door
    crowd.write(phone, order_text("ana", 1), store)
    eventually(lambda: door.came, what="the worker asking")

    pid = ask_to_stop(crowd, store, phone)
    eventually(lambda: door.came == 2, 8, "another worker asking")
    eventually(lambda: has_ended(pid), 5, "the end of the first")
    door.opened.set()
    crowd.wait_until_handled(phone, store)

    assert crowd.holder_of(store, phone) != pid
    assert len(crowd.calls(store)) == 1
    assert [row["attempts"] for row in crowd.mail(phone, store)] == [1]  # not its fault
