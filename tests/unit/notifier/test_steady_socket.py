"""Whole frames, one at a time, and no waiting for ever."""

import socket
import threading

import pytest

from notifier.steady_socket import SteadySocket


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    yield near, far
    near.close()
    far.close()


def read(sock, size):
    content = b""
    while len(content) < size:
        content += sock.recv(size - len(content))
    return content


def test_a_frame_larger_than_the_buffers_goes_out_whole(ends):
    near, far = ends
    frame = bytes(range(256)) * 8192
    writer = threading.Thread(target=SteadySocket(near).send, args=(frame,))
    writer.start()

    assert read(far, len(frame)) == frame
    writer.join()


def test_frames_of_two_threads_do_not_mix(ends):
    near, far = ends
    steady = SteadySocket(near)
    frames = [bytes([number]) * 100_000 for number in range(8)]
    writers = [threading.Thread(target=steady.send, args=(frame,)) for frame in frames]
    for each in writers:
        each.start()

    seen = [read(far, 100_000) for _ in writers]

    assert sorted(seen) == frames
    for each in writers:
        each.join()


def test_who_does_not_read_is_given_up_and_every_later_send_fails_at_once(ends):
    near, _ = ends
    steady = SteadySocket(near, seconds=0.2)

    with pytest.raises(OSError):
        steady.send(b"x" * 50_000_000)
    with pytest.raises(BrokenPipeError):
        steady.send(b"y")


def test_after_the_end_a_reader_wakes_up(ends):
    near, _ = ends
    steady, read_here = SteadySocket(near), []
    reader = threading.Thread(target=lambda: read_here.append(steady.recv(10)))
    reader.start()

    steady.end()
    reader.join(5)

    assert read_here == [b""]


def test_a_flood_that_nobody_looks_at_ends_the_reading(ends):
    steady = SteadySocket(ends[0])
    steady.is_flooded = lambda: True

    with pytest.raises(ConnectionAbortedError):
        steady.recv(10)


def test_the_end_of_the_reading_is_told(ends):
    steady, told = SteadySocket(ends[0]), []
    steady.on_close = lambda: told.append(1)

    steady.close()

    assert told == [1]


def test_what_is_taken_at_once_and_does_not_fit_goes_before_what_follows(ends):
    near, far = ends
    steady = SteadySocket(near)
    large = bytes(range(256)) * 4096

    assert steady.send_at_once(large)
    assert steady.is_behind
    assert not steady.send_at_once(b"later")
    writer = threading.Thread(target=steady.send, args=(b"next",))
    writer.start()

    assert read(far, len(large) + 4) == large + b"next"
    writer.join()
    assert not steady.is_behind


def test_where_nothing_fits_nothing_is_taken(ends):
    near, _ = ends
    steady = SteadySocket(near)
    while steady.send_at_once(b"x" * 1024) and not steady.is_behind:
        pass
    full = SteadySocket(near)

    assert not full.send_at_once(b"y")
    assert not full.is_behind
