"""Only a head that has one reading is read; all else is left to the server's own parser."""

import time

import pytest

from ingress.plain_head import LONGEST_HEAD, read_plain_head

LINES = (
    b"Host: shop.example",
    b"Content-Length: 12",
    b"X-Hub-Signature-256:  sha256=abc \t",
    b"User-Agent: facebookexternalua",
    b"X-Forwarded-For: 203.0.113.7",
    b"Connection: keep-alive",
)


def head(*lines, first=b"POST /webhooks/store-1 HTTP/1.1"):
    return b"\r\n".join((first, *lines, b"", b""))


def test_a_plain_head_says_whose_it_is_how_long_and_what_signs_it():
    written = head(*LINES)

    read = read_plain_head(written + b"{}")

    assert (read.store_id, read.size, read.body_size) == ("store-1", len(written), 12)
    assert read.signatures == ("sha256=abc",)
    assert read.forwarded_for == ("203.0.113.7",)


@pytest.mark.parametrize(
    "odd",
    [
        head(*LINES, first=b"GET /webhooks/store-1 HTTP/1.1"),
        head(*LINES, first=b"POST /webhooks/store-1 HTTP/1.0"),
        head(*LINES, first=b"POST  /webhooks/store-1 HTTP/1.1"),
        head(*LINES, first=b"POST /webhooks/store-1?a=b HTTP/1.1"),
        head(*LINES, first=b"POST /webhooks/STORE-1 HTTP/1.1"),
        head(*LINES, first=b"POST http://shop.example/webhooks/store-1 HTTP/1.1"),
        head(*LINES, b"Transfer-Encoding: chunked"),
        head(*LINES, b"transfer-encoding: identity"),
        head(*LINES, b"Expect: 100-continue"),
        head(*LINES, b"Upgrade: h2c"),
        head(*LINES, b"Content-Length: 12"),
        head(*LINES, b"Host: another.example"),
        head(*LINES[1:]),
        head(*LINES[:1], *LINES[2:]),
        head(b"Host: a", b"Content-Length: +5"),
        head(b"Host: a", b"Content-Length: 5, 5"),
        head(b"Host: a", b"Content-Length: 5", b"Connection: close"),
        head(b"Host: a", b"Content-Length: 5", b" folded: yes"),
        head(b"Host: a", b"Content-Length : 5"),
        head(b"Host: a", b"Content-Length: 5", b"a\x00: b"),
        head(b"Host: a", b"Content-Length: 5", b"a: b\rc"),
        head(*LINES).replace(b"\r\n", b"\n"),
        head(b"Host: a", b"Content-Length: 5", b"X: " + b"a" * LONGEST_HEAD),
    ],
)
def test_anything_that_could_be_read_otherwise_is_not_read(odd):
    assert read_plain_head(odd) is None


@pytest.mark.measures
@pytest.mark.parametrize("filler", [b" ", b"\t ", b"a ", b":", b": "])
def test_no_head_takes_long(filler):
    longest = b"X: " + filler * ((LONGEST_HEAD - 200) // len(filler)) + b"x"
    began = time.process_time()

    read_plain_head(head(*LINES, longest))

    assert time.process_time() - began < 0.02
