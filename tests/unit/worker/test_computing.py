"""Where stores meet, few turns of a busy one compute at once, and others go before them."""

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
        waiting = len(self.computing._waiting)

        def turn():
            with self.computing.turn_of(store, goes_first=goes_first):
                self.entered.append(name)
                meanwhile()
                self._ends[name].wait(10)

        thread = threading.Thread(target=turn)
        thread.start()
        self._threads.callback(thread.join)
        # In, or in line: the next one comes after it.
        eventually(lambda: name in self.entered or len(self.computing._waiting) > waiting, 5, name)

    def end(self, name):
        self._ends[name].set()

    def close(self):
        for each in self._ends.values():
            each.set()
        self._threads.close()


@pytest.fixture
def floor(monkeypatch):
    monkeypatch.setattr("worker.computing._PATIENCE_SECONDS", 30.0)
    monkeypatch.setattr("worker.computing._COMPANY_SECONDS", 30.0)
    floor = Floor()
    yield floor
    floor.close()


def test_a_stores_only_turn_enters_also_behind_one_that_has_no_room(floor):
    for name, store in (("x1", "x"), ("a1", "a"), ("a2", "a"), ("x2", "x")):
        floor.begin(name, store)
    assert floor.entered == ["x1", "a1"]

    floor.end("x1")

    eventually(lambda: "x2" in floor.entered, 5, "the other store's turn")
    assert "a2" not in floor.entered


def test_a_store_that_has_the_process_to_itself_waits_for_nobody(floor):
    for number in range(4):
        floor.begin(number, "busy")

    assert floor.entered == [0, 1, 2, 3]


def test_where_stores_meet_the_second_turn_of_each_waits_and_the_first_does_not(floor):
    floor.begin("busy 1", "busy")
    floor.begin("quiet 1", "quiet")
    floor.begin("busy 2", "busy")
    floor.begin("quiet 2", "quiet")
    floor.begin("another's", "another")

    assert floor.entered == ["busy 1", "quiet 1", "another's"]


def test_of_those_who_wait_the_store_that_has_computed_least_goes_first(floor):
    floor.begin("quiet 1", "quiet")
    floor.begin("busy 1", "busy")
    floor.begin("busy 2", "busy")
    floor.end("busy 1")
    eventually(lambda: "busy 2" in floor.entered)  # its store had nobody inside any more
    floor.begin("busy 3", "busy")
    floor.begin("quiet 2", "quiet")
    floor.computing._used |= {"busy": 9.0, "quiet": 1.0}
    floor.computing._latest = 0.0
    floor.end("quiet 1")

    eventually(lambda: "quiet 2" in floor.entered)
    assert "busy 3" not in floor.entered


def test_what_a_person_wrote_waits_for_nobody(floor):
    floor.begin("quiet 1", "quiet")
    floor.begin("busy 1", "busy")
    floor.begin("a person's", "busy", goes_first=True)

    assert floor.entered[-1] == "a person's"


def test_who_waits_for_another_server_lets_others_compute(floor):
    answered = threading.Event()

    def ask():
        with aside():
            answered.wait(10)

    floor.begin("quiet 1", "quiet", meanwhile=ask)
    floor.begin("asks", "busy", meanwhile=ask)
    floor.begin("other", "busy")
    assert "other" in floor.entered
    answered.set()


def test_who_has_waited_long_enough_goes_in_beside_one_that_hangs(floor, monkeypatch):
    monkeypatch.setattr("worker.computing._PATIENCE_SECONDS", 0.05)
    floor.begin("quiet", "quiet")
    floor.begin("hangs", "busy")
    floor.begin("other", "busy")

    eventually(lambda: floor.entered == ["quiet", "hangs", "other"])
