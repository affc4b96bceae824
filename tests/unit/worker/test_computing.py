"""Few turns of a process compute at once, and a busy store's do not go before a quiet one's."""

import threading
from contextlib import ExitStack

import pytest

from tests.waiting import eventually
from worker.computing import Computing, aside


class Floor:
    """Turns in threads of their own, which compute until they are told to end."""

    def __init__(self):
        self.computing = Computing(1)
        self.entered = []
        self._ends = {}
        self._threads = ExitStack()

    def begin(self, name, store, *, goes_first=False, meanwhile=lambda: None):
        self._ends[name] = threading.Event()

        def turn():
            with self.computing.turn_of(store, goes_first=goes_first):
                self.entered.append(name)
                meanwhile()
                self._ends[name].wait(10)

        thread = threading.Thread(target=turn)
        thread.start()
        self._threads.callback(thread.join)
        # In, or in line: the next one comes after it.
        eventually(lambda: name in self.entered or self.computing._waiting, 5, name)

    def end(self, name):
        self._ends[name].set()

    def close(self):
        for each in self._ends.values():
            each.set()
        self._threads.close()


@pytest.fixture
def floor(monkeypatch):
    monkeypatch.setattr("worker.computing._PATIENCE_SECONDS", 30.0)
    floor = Floor()
    yield floor
    floor.close()


def test_a_quiet_stores_turn_goes_before_those_that_a_busy_store_had_waiting(floor):
    floor.begin("busy 1", "busy")
    for name, store in (("busy 2", "busy"), ("busy 3", "busy"), ("quiet", "quiet")):
        floor.begin(name, store)
    floor.end("busy 1")
    eventually(lambda: len(floor.entered) == 2)

    assert floor.entered == ["busy 1", "quiet"]


def test_what_a_person_wrote_goes_before_all(floor):
    floor.begin("busy 1", "busy")
    floor.begin("quiet", "quiet")
    floor.begin("a person's", "busy", goes_first=True)
    floor.end("busy 1")
    eventually(lambda: len(floor.entered) == 2)

    assert floor.entered[1] == "a person's"


def test_who_waits_for_another_server_lets_others_compute(floor):
    answered = threading.Event()

    def ask():
        with aside():
            answered.wait(10)

    floor.begin("asks", "busy", meanwhile=ask)
    floor.begin("other", "busy")
    eventually(lambda: "other" in floor.entered)
    answered.set()
    floor.end("other")


def test_who_has_waited_long_enough_goes_in_beside_one_that_hangs(floor, monkeypatch):
    monkeypatch.setattr("worker.computing._PATIENCE_SECONDS", 0.05)
    floor.begin("hangs", "busy")
    floor.begin("other", "busy")

    eventually(lambda: floor.entered == ["hangs", "other"])
