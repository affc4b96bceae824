import socket
import threading

import pytest

from benchmarks.errors import BenchError
from benchmarks.volley import Outcome, Shape, fire
from benchmarks.volley.ceiling import ceiling
from benchmarks.volley.connection import status_of
from benchmarks.volley.shape import NOT_ANSWERED, NOT_SENT, packed, unpacked

REQUEST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
BUSY = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def answer_all(client, answers):
    """Answer one connection's requests, until one that closes it."""
    while answers and client.recv(4096):
        client.sendall(answers[0])
        if answers.pop(0) != OK:
            break


@pytest.fixture
def answering():
    """Serve one connection after the other; each request gets the next of the answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = []

        def serve(answers):
            while answers:
                client, _ = listener.accept()
                with client:
                    _answer_until_one_is_not_ok(client, answers)

        def start(*answers):
            thread = threading.Thread(target=serve, args=(list(answers),))
            thread.start()
            threads.append(thread)
            return listener.getsockname()[1]

        yield start
        for thread in threads:
            thread.join(10)


def _answer_until_one_is_not_ok(client, answers):
    while answers and client.recv(4096):
        client.sendall(answers[0])
        if answers.pop(0) != OK:
            return


def test_requests_and_what_came_of_them_cross_the_pipe_unchanged():
    outcome = Outcome.of(3)
    outcome.statuses[1], outcome.began[1], outcome.ended[1] = 200, 1.5, 1.75

    back = Outcome.from_bytes(outcome.to_bytes())

    assert list(unpacked(packed([b"", REQUEST]))) == [b"", REQUEST]
    assert (list(back.statuses), back.milliseconds()) == ([NOT_SENT, 200, NOT_SENT], [250.0])


def test_a_part_of_an_answer_is_no_answer():
    assert [status_of(OK[:length])[0] for length in range(len(OK))] == [None] * len(OK)
    assert status_of(OK) == (200, False)
    assert status_of(BUSY) == (503, True)


def test_what_is_refused_or_broken_is_told_and_the_rest_goes_over_a_new_connection(answering):
    port = answering(OK, BUSY, b"", OK)

    outcome = fire(Shape("127.0.0.1", port, connections=1, per_second=200), [REQUEST] * 4)

    assert list(outcome.statuses) == [200, 503, NOT_ANSWERED, 200]
    assert outcome.refused() == {503: 1, NOT_ANSWERED: 1}
    assert list(outcome.accepted()) == [0, 3]


def test_at_a_rate_each_request_counts_from_the_moment_it_was_due(answering):
    port = answering(OK, OK, OK)

    began = fire(Shape("127.0.0.1", port, connections=1, per_second=50), [REQUEST] * 3).began

    assert [began[2] - began[1], began[1] - began[0]] == pytest.approx([0.02, 0.02])


def test_as_fast_as_answers_come_it_ends_with_its_time():
    outcome = ceiling([REQUEST] * 200_000, 0.3)

    assert outcome.refused() == {}
    assert outcome.statuses[-1] == NOT_SENT
    assert outcome.per_second(0.1, 0.2) > 0


def test_a_server_that_is_not_there_is_the_benchs_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        shape = Shape("127.0.0.1", unused.getsockname()[1], per_second=1)

        with pytest.raises(BenchError, match="refused"):
            fire(shape, [REQUEST])


def test_a_connection_that_the_server_closes_meanwhile_is_opened_anew():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        shape = Shape("127.0.0.1", listener.getsockname()[1], connections=1, per_second=5)
        thread = threading.Thread(target=_close_after_each, args=(listener, 2))
        thread.start()

        outcome = fire(shape, [REQUEST] * 2)

        thread.join(10)
    assert list(outcome.statuses) == [200, 200]


def _close_after_each(listener, times):
    for _ in range(times):
        client, _ = listener.accept()
        with client:
            client.recv(4096)
            client.sendall(OK)
