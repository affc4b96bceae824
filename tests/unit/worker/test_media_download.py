"""A hostile server on loopback, and what the download makes of it."""

import io
import threading
import time

import pytest

from common.errors import PermanentError, TemporaryError
from tests.waiting import eventually
from worker.guarded_connections import is_public
from worker.media_download import Bounds, MediaDownload
from worker.media_sources import ForbiddenSourceError, MediaSources, Origin

BOUNDS = Bounds(1000, seconds=5.0)
TOKEN = "the-token"


@pytest.fixture
def fetch(loopback):
    def ask(path="/file", bounds=BOUNDS):
        file = io.BytesIO()
        download = MediaDownload(MediaSources(Origin.of(loopback.url)))
        return download.get(loopback.url + path, TOKEN, file, bounds), file.getvalue()

    return ask


@pytest.fixture
def metas(loopback, tls_loopback, trusting):
    """A download for which the TLS loopback is one of Meta's hosts, with a public address."""
    port = int(tls_loopback.url.rpartition(":")[2])
    own = Origin.of(loopback.url)

    def make(allows=lambda _address: True, token_hosts=frozenset()):
        sources = MediaSources(own, frozenset({"127.0.0.1"}), (), token_hosts, port)
        return MediaDownload(sources, trusting, allows)

    return make


def test_a_file_comes_with_the_token_and_without_anything_else_of_ours(loopback, answer, fetch):
    loopback.answers(answer(200, b"content"))

    ended, content = fetch()

    assert (ended.is_success, content) == (True, b"content")
    headers = loopback.requests[0]["headers"]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert "cookie" not in headers


def test_an_answer_that_is_no_success_is_handed_on_with_its_wait(loopback, answer, fetch):
    loopback.answers(answer(503, b"later", Retry_After="7"))

    ended, _ = fetch()

    assert (ended.status, ended.retry_after, ended.is_success) == (503, 7.0, False)


def test_a_file_over_its_limit_is_given_up_whatever_it_said_of_its_size(loopback, answer, fetch):
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000
    for act in (answer(200, b"x" * 1001), endless):
        loopback.answers(act)
        with pytest.raises(PermanentError) as error:
            fetch()
        assert error.value.code == "too_large"


def test_a_file_that_ends_early_or_is_packed_is_worth_another_attempt(loopback, fetch):
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\nhalf"
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"
    for act in (short, packed):
        loopback.answers(act)
        with pytest.raises(TemporaryError):
            fetch()


def test_a_server_that_drips_meets_the_deadline(loopback, fetch):
    def drip(part):
        def act(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + (b"" if part == "head" else b"\r\n"))
            while True:
                connection.sendall(b"a")
                time.sleep(0.05)

        return act

    for part in ("head", "body"):
        loopback.answers(drip(part))
        began = time.monotonic()
        with pytest.raises(TemporaryError):
            fetch(bounds=Bounds(10**6, seconds=0.4))
        assert time.monotonic() - began < 3


def test_a_server_that_is_silent_meets_the_deadline(loopback, acts, fetch):
    loopback.answers(acts["hang"])
    with pytest.raises(TemporaryError):
        fetch(bounds=Bounds(1000, seconds=0.3))


def test_three_redirects_are_followed_and_a_fourth_is_not(loopback, answer, fetch):
    again = answer(302, b"", Location="/next")
    loopback.answers(again, again, again, answer(200, b"there"))
    assert fetch()[1] == b"there"

    loopback.answers(again)
    with pytest.raises(PermanentError) as error:
        fetch()
    assert error.value.code == "too_many_redirects"
    assert loopback.connections == 4 + 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "https://evil.example/",
        "file:///etc/passwd",
        "http://169.254.169.254/",
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(loopback, answer, fetch, location):
    loopback.answers(answer(302, b"", Location=location))
    with pytest.raises(ForbiddenSourceError):
        fetch()


def test_the_token_does_not_follow_a_redirect_to_another_host(
    loopback, tls_loopback, answer, metas
):
    loopback.answers(answer(302, b"", Location=f"{tls_loopback.url}/file"))
    tls_loopback.answers(answer(200, b"content"))
    file = io.BytesIO()

    metas(token_hosts=frozenset({"127.0.0.1"})).get(f"{loopback.url}/x", TOKEN, file, BOUNDS)

    assert file.getvalue() == b"content"
    assert "authorization" in loopback.requests[0]["headers"]
    assert "authorization" not in tls_loopback.requests[0]["headers"]


def test_a_host_of_metas_gets_the_token_only_where_it_is_wanted(tls_loopback, answer, metas):
    tls_loopback.answers(answer(200, b"content"))
    url = f"{tls_loopback.url}/file"

    metas().get(url, TOKEN, io.BytesIO(), BOUNDS)
    metas(token_hosts=frozenset({"127.0.0.1"})).get(url, TOKEN, io.BytesIO(), BOUNDS)

    sent = ["authorization" in each["headers"] for each in tls_loopback.requests]
    assert sent == [False, True]


def test_a_host_of_metas_at_a_private_address_gets_no_byte(tls_loopback, answer, metas):
    tls_loopback.answers(answer(200, b"content"))

    with pytest.raises(TemporaryError):
        metas(allows=is_public).get(f"{tls_loopback.url}/x", TOKEN, io.BytesIO(), BOUNDS)

    assert tls_loopback.requests == []


def test_a_certificate_that_nobody_vouches_for_is_no_host_of_metas(tls_loopback, answer, loopback):
    tls_loopback.answers(answer(200, b"content"))
    port = int(tls_loopback.url.rpartition(":")[2])
    sources = MediaSources(Origin.of(loopback.url), frozenset({"127.0.0.1"}), (), frozenset(), port)

    with pytest.raises(TemporaryError):
        MediaDownload(sources, None, lambda _: True).get(
            f"{tls_loopback.url}/x", TOKEN, io.BytesIO(), BOUNDS
        )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("157.240.1.60", True),
        ("2a03:2880:f12f::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::9df0:13c", True),
    ],
)
def test_an_address_of_the_internet_is_told_from_ours(address, expected):
    assert is_public(address) is expected


def test_a_download_leaves_no_watch_behind(loopback, answer, fetch):
    loopback.answers(answer(200, b"content"))
    fetch()

    eventually(lambda: not any(isinstance(each, threading.Timer) for each in threading.enumerate()))
