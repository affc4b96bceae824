"""Whatever bytes come in from the open internet: one answer for each request, or the line closed.

Behind what must be refused hides a second, validly signed delivery. Were it kept, somebody could
put a request of theirs behind another's on a proxy's connection.
"""

import pytest

from .doubtful_requests import CHUNKS, CODINGS, FIRST_LINES, HEADERS, LENGTHS
from .raw_socket import HOST, ROUTE
from .served_door import posted

MOST = 3 * 1024 * 1024
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.fixture(autouse=True)
def door(internet):
    """Whatever a test says to it, the door serves on and has nothing to complain of."""
    before, said = internet.serving_pid(), len(internet.complaints())
    yield internet
    assert internet.is_serving()
    assert internet.serving_pid() == before
    assert internet.complaints()[said:] == []


def in_chunks(body: bytes, size: int = 65_536) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def answers_to(door, *raw: bytes) -> list[int]:
    """Say it, then what says that it is over; the answers until the door closes."""
    with door.connect() as client:
        client.say(*raw)
        return client.statuses()


LAST = b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(("size", "status"), [(MOST, 200), (MOST + 1, 413)])
def test_three_megabytes_are_taken_and_not_one_byte_more(door, size, status):
    one, other = posted(size), posted(size)

    with door.connect() as client:
        client.say(one.raw())
        assert client.hear().status == status
    with door.connect() as client:
        client.say(other.raw(CHUNKED, in_chunks(other.body)))
        assert client.hear().status == status

    assert len(door.kept(one, other)) == (2 if status == 200 else 0)


@pytest.mark.parametrize("size", [MOST + 1, 4 * MOST])
def test_who_sends_too_much_may_say_it_all_and_reads_why_it_was_not_taken(door, size):
    for raw in (posted(size).raw(), posted().raw(CHUNKED, in_chunks(b" " * size))):
        with door.connect() as client:
            assert client.say(raw)
            assert client.hear().status == 413


def test_a_body_longer_than_announced_is_another_request_and_a_broken_one(door):
    one = posted()

    statuses = answers_to(door, one.raw(b"Content-Length: 20\r\n"), b"\r\n\r\n")

    assert statuses in ([401, 400], [429, 400])
    assert door.kept(one) == []


def test_a_body_shorter_than_announced_is_waited_for_and_then_given_up(door):
    one = posted()

    with door.connect() as client:
        client.say(one.raw(b"Content-Length: %d\r\n" % (len(one.body) + 1)))
        assert client.hear().status == 408
        assert client.hear() is None
    assert door.kept(one) == []


@pytest.mark.parametrize("lines", LENGTHS + CODINGS, ids=lambda lines: repr(lines)[:60])
def test_a_request_whose_end_is_doubtful_is_refused_with_all_behind_it(door, lines):
    one, hidden = posted(), posted()

    statuses = answers_to(door, one.raw(lines + b"\r\n", b"0\r\n\r\n" + hidden.raw()))

    assert statuses in ([], [400], [413], [431], [501])
    assert door.kept(one, hidden) == []


@pytest.mark.parametrize("chunks", CHUNKS, ids=lambda chunks: repr(chunks)[:40])
def test_a_chunk_that_is_none_ends_the_connection(door, chunks):
    one, hidden = posted(), posted()
    said = chunks.replace(b"%b", one.body)

    statuses = answers_to(door, one.raw(CHUNKED, said) + hidden.raw())

    assert statuses in ([], [400], [408], [431])
    assert door.kept(one, hidden) == []


@pytest.mark.parametrize("size", ["7fffffffffffffff", "ffffffffffffffff", "f" * 400])
def test_a_chunk_that_would_never_end_is_given_up(door, size):
    one, hidden = posted(), posted()

    statuses = answers_to(door, one.raw(CHUNKED, size.encode() + b"\r\n" + hidden.raw()))

    assert statuses in ([], [400], [408], [413])
    assert door.kept(one, hidden) == []


@pytest.mark.parametrize(
    "chunks",
    [b"%x\r\n%b\r\n0\r\n\r\n", b"00%X;name=value\r\n%b\r\n0;last\r\nX-Trailer: y\r\n\r\n"],
)
def test_extensions_and_trailers_that_are_as_they_should_be_are_passed_over(door, chunks):
    one, next_one = posted(), posted()

    statuses = answers_to(
        door, one.raw(CHUNKED, chunks % (len(one.body), one.body)) + next_one.raw() + LAST
    )

    assert statuses == [200, 200, 404]
    assert len(door.kept(one, next_one)) == 2


@pytest.mark.parametrize("first", FIRST_LINES, ids=lambda first: repr(first)[:50])
def test_a_first_line_that_is_none_is_refused_with_all_behind_it(door, first):
    one, hidden = posted(), posted()

    statuses = answers_to(
        door, first + b"\r\n" + HOST + one.signed + one.length + b"\r\n" + one.body + hidden.raw()
    )

    assert statuses in ([], [400], [414], [431], [501], [505])
    assert door.kept(one, hidden) == []


@pytest.mark.parametrize("lines", HEADERS, ids=lambda lines: repr(lines)[:30])
def test_headers_that_are_none_or_too_many_are_refused_with_all_behind_them(door, lines):
    one, hidden = posted(), posted()

    statuses = answers_to(door, one.raw(lines + one.length) + hidden.raw())

    assert statuses in ([], [400], [431])
    assert door.kept(one, hidden) == []


def test_lines_that_end_with_a_line_feed_alone_are_refused(door):
    one, hidden = posted(), posted()
    head, _, body = one.raw().partition(b"\r\n\r\n")

    statuses = answers_to(door, head.replace(b"\r\n", b"\n") + b"\n\n" + body + hidden.raw())

    assert statuses in ([], [400])
    assert door.kept(one, hidden) == []


def test_without_a_host_or_in_an_older_version_a_delivery_is_answered_by_itself(door):
    one, other, third = posted(), posted(), posted()
    plain = one.raw().replace(HOST, b"") + LAST
    older = other.raw().replace(b"HTTP/1.1", b"HTTP/1.0") + third.raw()

    assert answers_to(door, plain) in ([200, 404], [400])
    assert answers_to(door, older) == [200]
    assert door.kept(other, third) == [other.wamid]


def test_the_older_version_knows_no_chunks(door):
    one, hidden = posted(), posted()
    older = one.raw(CHUNKED, in_chunks(one.body)).replace(b"HTTP/1.1", b"HTTP/1.0")

    assert answers_to(door, older + hidden.raw()) in ([], [400])
    assert door.kept(one, hidden) == []


@pytest.mark.parametrize("target", [b"http://elsewhere.example", b"ftp://a@b:70000", b"/.", b"//"])
def test_an_address_of_another_form_is_the_same_place_or_none(door, target):
    one = posted()

    statuses = answers_to(door, one.raw().replace(ROUTE, target + ROUTE) + LAST)

    assert statuses[0] in {200, 400, 404, 405}
    assert len(door.kept(one)) == (statuses[0] == 200)


@pytest.mark.parametrize(
    "method", [b"CONNECT", b"TRACE", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"PRI", b"POSTS"]
)
def test_another_method_takes_no_delivery(door, method):
    one = posted()

    statuses = answers_to(door, one.raw().replace(b"POST", method) + LAST)

    assert statuses[0] in ({200, 204} if method == b"OPTIONS" else {400, 404, 405, 501})
    assert door.kept(one) == []


def test_a_question_with_a_body_does_not_smuggle_that_body(door):
    hidden = posted()
    lines = HOST + b"Content-Length: %d\r\n\r\n" % len(hidden.raw())

    for method in (b"GET", b"HEAD", b"DELETE"):
        with door.connect() as client:
            client.say(method + b" /nowhere HTTP/1.1\r\n" + lines + hidden.raw())
            client.hear_head()
    assert door.is_serving()
    assert door.kept(hidden) == []


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
WEBSOCKET += b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.mark.parametrize("lines", [H2C, WEBSOCKET], ids=["h2c", "websocket"])
def test_nobody_changes_to_another_protocol(door, lines):
    one, next_one = posted(), posted()
    question = b"GET " + ROUTE + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n"

    assert answers_to(door, one.raw(lines + one.length) + next_one.raw() + LAST) == [200, 200, 404]
    assert len(door.kept(one, next_one)) == 2
    with door.connect() as client:
        client.say(question)
        assert client.hear().status in {400, 403, 404, 426}


def test_deliveries_that_come_together_are_answered_in_order_each_by_itself(door):
    taken = [posted() for _ in range(14)]
    between = {
        3: (b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n", 404),
        7: (posted().raw(b"Content-Length: 0\r\n", b""), 401),
        8: (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        11: (b"PUT " + ROUTE + b" HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        12: (taken[2].raw(), 200),
        19: (LAST, 404),
    }
    waiting = iter(taken)
    said = [between.get(place) or (next(waiting).raw(), 200) for place in range(20)]

    statuses = answers_to(door, *(raw for raw, _ in said))

    expected = [status for _, status in said]
    assert [401 if status == 429 else status for status in statuses] == expected
    assert len(door.kept(*taken)) == len(taken)


def test_a_broken_request_among_others_ends_the_line_behind_its_answer(door):
    before, after = [posted() for _ in range(5)], [posted() for _ in range(5)]
    broken = posted().raw(b"Content-Length: -1\r\n")

    statuses = answers_to(
        door, *(each.raw() for each in before), broken, *(each.raw() for each in after)
    )

    assert statuses == [200] * 5 + [400]
    assert len(door.kept(*before)) == 5
    assert door.kept(*after) == []


def test_a_request_in_pieces_of_one_byte_is_a_request(door):
    one, other = posted(), posted()
    raw = one.raw() + other.raw(CHUNKED, in_chunks(other.body, 7)) + LAST

    with door.connect() as client:
        for byte in raw:
            client.say(bytes([byte]))
        assert client.statuses() == [200, 200, 404]
    assert len(door.kept(one, other)) == 2


EXPECTING = b"Expect: 100-continue\r\n"


def test_who_asks_first_is_told_to_go_on(door):
    one, other = posted(), posted()

    with door.connect() as client:
        for each, framing, body in (
            (one, one.length, one.body),
            (other, CHUNKED, in_chunks(other.body)),
        ):
            client.say(each.raw(EXPECTING + framing, b""))
            assert client.hear().status == 100
            client.say(body)
            assert client.hear().status == 200
    assert len(door.kept(one, other)) == 2


def test_who_asks_first_with_too_much_is_refused_before_anything_is_sent(door):
    with door.connect() as client:
        client.say(posted(MOST + 1).raw(EXPECTING + b"Content-Length: %d\r\n" % (MOST + 1), b""))
        assert client.hear().status == 413


def test_who_asks_first_without_a_length_is_stopped_at_three_megabytes(door):
    with door.connect() as client:
        client.say(posted().raw(EXPECTING + CHUNKED, b""))
        assert client.hear().status == 100
        client.say(in_chunks(b" " * (MOST + 1)))
        assert client.hear().status == 413
