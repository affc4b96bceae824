"""How many sockets there may be, and how they end together."""

import threading

import pytest

from notifier.open_sockets import (
    GOING_AWAY,
    SPARE_THREADS,
    OpenSockets,
    TooManySocketsError,
)


class Open:
    def __init__(self, session_key="a"):
        self.session_key = session_key
        self.closings = []
        self.doubts = 0
        self.was_cut = threading.Event()

    def close(self, closing):
        self.closings.append(closing)

    def doubt(self):
        self.doubts += 1

    def cut(self):
        self.was_cut.set()


def test_seats_are_as_many_as_threads_that_need_not_stay_free():
    sockets = OpenSockets(threads=SPARE_THREADS + 2)
    sockets.take_seat()
    sockets.take_seat()

    with pytest.raises(TooManySocketsError):
        sockets.take_seat()
    sockets.give_seat_back()
    sockets.take_seat()


def test_a_log_ins_sockets_are_doubted_and_no_others():
    sockets, mine, other = OpenSockets(), Open(), Open("b")
    sockets.add(mine)
    sockets.add(other)

    sockets.doubt(["a", "c"])

    assert (mine.doubts, other.doubts) == (1, 0)
    assert sockets.session_keys() == {"a", "b"}


def test_at_the_end_all_are_closed_none_is_admitted_and_who_stays_is_cut():
    sockets, gone, stuck, late = OpenSockets(), Open(), Open(), Open()
    sockets.add(gone)
    sockets.add(stuck)

    sockets.close_all()
    sockets.discard(gone)
    sockets.add(late)

    assert [each.closings for each in (gone, stuck, late)] == [[GOING_AWAY]] * 3
    with pytest.raises(TooManySocketsError):
        sockets.take_seat()
    assert stuck.was_cut.wait(5)
    assert not gone.was_cut.is_set()
