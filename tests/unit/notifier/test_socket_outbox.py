"""The bounded outbox of a socket."""

import json
import socket
import threading

import pytest

from benchmarks.frames import TEXT, FrameReader
from notifier.frames import Answer, Heartbeat, Resync, Skipped, Told, Whisper, websocket_frame
from notifier.socket_outbox import TOO_SLOW, Closing, SocketOutbox
from notifier.steady_socket import SteadySocket


def told(seq, text=None):
    return Told(seq, "chat_list_update", None, text or f"event {seq}")


def everything(outbox):
    frames = []
    while (frame := outbox.take(0)) is not None:
        frames.append(words_of(frame))
    return frames


def words_of(frame):
    """Read a frame with one that forgives nothing."""
    reader = FrameReader()
    (read,) = reader.take(b"HTTP/1.1 101 Yes\r\n\r\n" + frame)
    assert reader.is_between_frames
    return read.content.decode()


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_of_any_size_is_whole(size):
    text = "ñ" * (size // 2) + "x" * (size % 2)

    assert words_of(websocket_frame(text)) == text


@pytest.fixture
def outbox():
    return SocketOutbox(most_entries=4, most_characters=100)


def test_what_is_put_in_comes_out_in_order(outbox):
    outbox.put([told(1), Skipped(2, 3), Answer("answer")])

    assert everything(outbox) == ["event 1", '{"type":"skip","from":2,"to":3}', "answer"]


def test_skips_that_wait_in_a_row_become_one(outbox):
    outbox.put([Skipped(1, 1)])
    outbox.put([Skipped(2, 4), told(5), Skipped(6, 6)])

    assert [json.loads(each)["to"] for each in everything(outbox) if "skip" in each] == [4, 6]


def test_too_many_entries_become_one_resync_at_the_last_number(outbox):
    outbox.put([told(number) for number in range(1, 6)])

    assert everything(outbox) == [Resync(5).text]


def test_too_many_characters_become_one_resync(outbox):
    outbox.put([told(1, "x" * 60), told(2, "x" * 60)])

    assert everything(outbox) == [Resync(2).text]


def test_what_follows_a_resync_follows_it_without_a_gap(outbox):
    outbox.put([told(number) for number in range(1, 8)])

    assert everything(outbox) == [Resync(5).text, "event 6", "event 7"]


def test_a_stuck_socket_is_told_to_load_anew_once_however_long_it_is_stuck(outbox):
    for number in range(1, 400):
        outbox.put([told(number)])

    frames = everything(outbox)
    assert sum("resync" in each for each in frames) == 1
    assert json.loads(frames[0])["head_seq"] + len(frames) - 1 == 399


def test_answers_survive_an_overflow_and_whispers_do_not(outbox):
    outbox.put([Answer("joined"), Whisper("typing"), told(1), told(2), Whisper("late"), told(3)])

    assert everything(outbox) == ["joined", Resync(3).text]


def test_an_overflow_by_an_answer_keeps_the_answer(outbox):
    outbox.put([told(1), told(2), told(3), told(4), Answer("joined")])

    assert everything(outbox) == ["joined", Resync(4).text]


def test_what_the_opening_told_falls_out_whenever_it_comes(outbox):
    outbox.hold()
    outbox.put([told(1), Skipped(2, 3)])
    assert outbox.take(0) is None

    outbox.release(["welcome", "event 1", "event 2"], head=2)
    outbox.put([told(2), told(4)])

    assert everything(outbox) == [
        "welcome",
        "event 1",
        "event 2",
        '{"type":"skip","from":3,"to":3}',
        "event 4",
    ]


def test_an_opening_may_be_longer_than_the_bound(outbox):
    outbox.hold()
    outbox.release([str(number) for number in range(500)], head=500)
    outbox.put([told(501)])

    assert len(everything(outbox)) == 501


def test_an_overflow_before_the_opening_comes_after_it(outbox):
    outbox.hold()
    outbox.put([told(number) for number in range(1, 6)])
    outbox.release(["welcome"], head=3)

    assert everything(outbox) == ["welcome", Resync(5).text]


def test_another_hello_forgets_the_former_stores_numbers_and_no_answer(outbox):
    outbox.release(["welcome"], head=50)
    outbox.put([told(51), Answer("error")])
    outbox.hold()
    outbox.release(["other welcome"], head=3)
    outbox.put([told(4)])

    assert everything(outbox) == ["error", "other welcome", "event 4"]


def test_the_writer_is_woken_by_a_frame_by_a_wake_and_by_the_end(outbox):
    for act, taken in (
        (lambda: outbox.put([told(1)]), websocket_frame("event 1")),
        (outbox.wake, None),
        (lambda: outbox.close(Closing(1001, "bye")), None),
    ):
        results = []
        writer = threading.Thread(target=lambda kept=results: kept.append(outbox.take(10)))
        writer.start()
        act()
        writer.join(5)
        assert results == [taken]
    assert outbox.closing == Closing(1001, "bye")


def test_a_wake_before_the_wait_is_not_lost(outbox):
    outbox.wake()

    assert outbox.take(10) is None


def test_the_first_reason_to_close_stands(outbox):
    outbox.close(Closing(1008, "first"))
    outbox.close(Closing(1001, "second"))

    assert outbox.closing == Closing(1008, "first")


def test_a_heartbeat_is_dropped_with_what_it_counts(outbox):
    outbox.put([told(1), told(2), Heartbeat(2), told(3), told(4)])

    assert everything(outbox) == [Resync(4).text]
    outbox.put([Heartbeat(4)])
    outbox.hold()
    outbox.release(["welcome"], 9)
    assert everything(outbox) == ["welcome"]


def test_who_stays_behind_is_closed_and_who_catches_up_is_not(outbox, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("notifier.socket_outbox.time.monotonic", lambda: now[0])
    burst = [told(number) for number in range(1, 12)]
    outbox.put(burst)
    everything(outbox)
    now[0] += 11
    outbox.put(burst)
    assert outbox.closing is None

    now[0] += 11
    outbox.put(burst)
    assert outbox.closing == TOO_SLOW


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    far.settimeout(10)
    yield near, far
    near.close()
    far.close()


def serve(outbox, steady):
    """Do what the console's loop does with a socket."""
    while outbox.closing is None:
        frame = outbox.take(1.0)
        if frame is not None:
            steady.send(frame)


def test_a_frame_that_fits_goes_straight_to_the_socket_and_wakes_no_writer(ends):
    near, far = ends
    outbox = SocketOutbox(sink=SteadySocket(near))
    outbox.take(0)

    outbox.put([told(1), told(2)])

    assert far.recv(1000) == told(1).frame + told(2).frame
    assert outbox.take(0) is None


def test_frames_that_go_straight_never_overtake_those_of_the_writer(ends):
    near, far = ends
    steady = SteadySocket(near)
    outbox = SocketOutbox(most_entries=100_000, most_characters=100_000_000, sink=steady)
    writer = threading.Thread(target=serve, args=(outbox, steady))
    writer.start()
    pings = threading.Thread(target=lambda: [steady.send(b"\x89\x00") for _ in range(200)])
    pings.start()
    reader, seen = FrameReader(), []
    list(reader.take(b"HTTP/1.1 101 Yes\r\n\r\n"))

    def read():
        while len(seen) < 3_000:
            seen.extend(each for each in reader.take(far.recv(50_000)) if each.kind == TEXT)

    far_reader = threading.Thread(target=read)
    far_reader.start()
    for number in range(1, 3_001):
        outbox.put([told(number, f"{number} " + "x" * (number % 7) * 500)])

    far_reader.join(30)
    outbox.close(Closing(1000, "over"))
    writer.join()
    pings.join()
    assert [int(each.content.split()[0]) for each in seen] == list(range(1, 3_001))
