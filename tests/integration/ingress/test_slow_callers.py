"""Who is slow, silent, or gone in the middle waits for nobody and is waited for by nobody.

The door under test has less patience than it ships with (hurried_door.py).
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import eventually

from .raw_socket import HOST, ROUTE
from .served_door import posted
from .slow_crowd import patience_of, slow_crowd

# gunicorn's own worker has no end to headers that never end, nor to answers nobody reads: the way
# back (INGRESS_WORKER=asgi) needs a proxy before it that has.
pytestmark = pytest.mark.parametrize("internet", ["door"], indirect=True)
PATIENCE_SECONDS = 3.0  # each of a crowd of 500 is sent away every 3 s, and is back at once
MOST_SECONDS = PATIENCE_SECONDS + 3
POST = b"POST " + ROUTE + b" HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
METRICS = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"
# The database's connections may be opened at any time.
ROOM = 20


@pytest.fixture(autouse=True)
def door(internet):
    """Whatever a test does to it, the door serves on, gives back its files and complains of nothing."""
    serving, said = internet.serving_pid(), len(internet.complaints())
    before = internet.files()
    yield internet
    assert internet.is_serving()
    assert internet.serving_pid() == serving
    assert internet.complaints()[said:] == []
    eventually(lambda: internet.files() <= before + ROOM, what="the return of the open files")


def patience_with(door, callers):
    """Say how long the door waits for each of these, who all come at once."""
    with ThreadPoolExecutor(len(callers)) as calling:
        waits = {
            name: calling.submit(patience_of, door.port, *caller)
            for name, caller in callers.items()
        }
        return {name: round(wait.result(), 1) for name, wait in waits.items()}


HEADERS = {
    "silent": (b"", b""),
    "one endless header": (POST + b"X-", b"a"),
    "endless headers": (POST, b"X: y\r\n"),
    "after a header": (POST, b""),
    "an empty line": (b"\r\n", b""),
    "a first letter": (b"P", b""),
    "a first line": (b"", b"P"),
}


def test_headers_that_never_end_are_not_waited_for(door):

    waits = patience_with(door, HEADERS)

    assert {name: wait for name, wait in waits.items() if wait > MOST_SECONDS} == {}


BODIES = {
    "drips": (POST + b"Content-Length: 100000\r\n\r\n", b" "),
    "stops": (POST + b"Content-Length: 100000\r\n\r\n ", b""),
    "never begins": (POST + b"Content-Length: 100000\r\n\r\n", b""),
    "drips in a chunk": (POST + CHUNKED + b"ffff\r\n", b" "),
    "drips chunks": (POST + CHUNKED, b"1\r\n \r\n"),
    "drips an extension": (POST + CHUNKED + b"1;", b"a"),
    "drips trailers": (POST + CHUNKED + b"0\r\n", b"X: y\r\n"),
    "asks first": (POST + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n", b""),
    "to nowhere": (b"POST /nowhere HTTP/1.1\r\n" + HOST + CHUNKED + b"ffff\r\n", b" "),
}


def test_a_body_that_never_ends_is_not_waited_for(door):
    waits = patience_with(door, BODIES)

    assert {name: wait for name, wait in waits.items() if wait > MOST_SECONDS} == {}


@pytest.mark.long
def test_a_connection_that_is_kept_but_not_used_is_closed(door):
    one = posted()
    with door.connect() as client:
        client.say(one.raw())
        assert client.hear().status == 200
        began = time.monotonic()
        assert client.hear() is None
    assert 1 < time.monotonic() - began < MOST_SECONDS


@pytest.mark.long
def test_headers_that_drip_in_on_a_kept_connection_are_not_waited_for(door):
    assert patience_of(door.port, posted().raw() + POST + b"X-", b"a") < MOST_SECONDS


def test_answers_that_nobody_reads_are_not_kept_for_ever(door):

    assert patience_of(door.port, METRICS * 100) < 8


def post_at_a_pace(door, seconds: float, each_second: int = 20) -> list[float]:
    """Post as a good caller does, by a new connection every other time; seconds of each."""
    took, kept = [], door.connect()
    began = time.monotonic()
    for number in range(round(seconds * each_second)):
        time.sleep(max(0.0, began + number / each_second - time.monotonic()))
        one, start = posted(), time.monotonic()
        client = door.connect() if number % 2 else kept
        client.say(one.raw())
        assert client.hear().status == 200
        took.append(time.monotonic() - start)
        if number % 2:
            client.close()
    kept.close()
    return took


def nineteen_of_twenty(took: list[float]) -> float:
    return sorted(took)[len(took) * 19 // 20 - 1]


@pytest.mark.measures
@pytest.mark.long  # `make internet`
def test_five_hundred_slow_callers_do_not_delay_a_good_one(door):
    before = nineteen_of_twenty(post_at_a_pace(door, 1))
    with slow_crowd(door.port, 500):
        beside = nineteen_of_twenty(post_at_a_pace(door, 5))
    alone = max(before, nineteen_of_twenty(post_at_a_pace(door, 1)))

    print(f"alone {alone * 1000:.1f} ms, beside 500 slow callers {beside * 1000:.1f} ms")
    assert beside <= max(2 * alone, 0.05)


LEAVING = [
    b"",
    b"POST /webh",
    POST + b"X-Hub",
    POST + b"Content-Length: 100000\r\n\r\n" + b" " * 70_000,
    POST + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n" + b" " * 1000,
    b"POST /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n ",
    METRICS,
]


@pytest.mark.parametrize("after", [0, 1], ids=["at once", "after the first bytes of an answer"])
def test_who_leaves_in_the_middle_leaves_nothing_behind(door, after):
    said = [*LEAVING, posted().raw()]
    if door.worker != "asgi":
        # There gunicorn logs that it asked a closed connection for its address, and goes on.
        said.append(b"".join(posted().raw() for _ in range(20)))
    answered = [each for each in said if each.startswith(b"GET") or b"Signature" in each]
    for raw in (answered if after else said) * 10:
        with door.connect() as client:
            client.say(raw)
            if after:
                client.hear_head()
            client.reset()
    one = posted()
    with door.connect() as client:
        client.say(one.raw())
        assert client.hear().status == 200
    assert door.kept(one) == [one.wamid]
