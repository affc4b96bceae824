import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from worker.outgoing_http import Limits, NoAnswerError, NotConnectedError, OutgoingHttp

LIMITS = Limits(connect_seconds=2, answer_seconds=2, answer_bytes=1000)
IMPATIENT = Limits(connect_seconds=0.1, answer_seconds=0.1, answer_bytes=1000)


@pytest.fixture
def http():
    return OutgoingHttp(LIMITS)


@pytest.fixture
def impatient():
    return OutgoingHttp(IMPATIENT)


def test_an_answer_brings_status_body_and_wait(http, loopback, answer):
    loopback.answers(answer(429, {"a": "ñ"}, Retry_After="7"))
    got = http.ask("POST", f"{loopback.url}/x", {"X-One": "1"}, json={"b": 2})
    assert (got.status, got.retry_after, got.json(), got.is_success) == (
        429,
        7.0,
        {"a": "ñ"},
        False,
    )
    assert loopback.requests[0]["json"] == {"b": 2}
    assert loopback.requests[0]["headers"]["x-one"] == "1"


@pytest.mark.parametrize("given", ["", "soon", "-1", "Wed, 41 Oct 2026 07:28:00 GMT", "1.5", "²"])
def test_a_wait_that_is_no_number_of_seconds_counts_for_nothing(http, loopback, answer, given):
    loopback.answers(answer(503, b"", Retry_After=given.encode().decode("latin-1")))
    assert http.ask("GET", loopback.url, {}).retry_after is None


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("999999999999", 3600),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Thu, 21 Oct 2027 07:28:00 GMT", 3600),
    ],
)
def test_a_wait_may_be_a_date_and_is_an_hour_at_most(http, loopback, answer, given, seconds):
    asked = {"Retry_After": given, "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    loopback.answers(answer(503, b"", **asked))
    assert http.ask("GET", loopback.url, {}).retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[" * 900])
def test_a_body_that_is_no_json_reads_as_nothing(http, loopback, answer, body):
    loopback.answers(answer(200, body))
    assert http.ask("GET", loopback.url, {}).json() is None


def test_json_deeper_than_the_interpreter_goes_reads_as_nothing(loopback, answer):
    loopback.answers(answer(200, b"[" * 900_000))
    patient = OutgoingHttp(Limits(1, 5, 1_000_000))
    assert patient.ask("GET", loopback.url, {}).json() is None


def test_nobody_listening_is_not_connected(http, nobody_listens):
    with pytest.raises(NotConnectedError):
        http.ask("POST", nobody_listens, {}, json={})


def test_a_name_that_does_not_resolve_is_not_connected(http):
    with pytest.raises(NotConnectedError):
        http.ask("POST", "http://nobody.invalid", {}, json={})


def test_a_header_that_cannot_be_written_is_not_connected(http, loopback):
    for token in ("a\nb", "toké\N{EURO SIGN}n"):
        with pytest.raises(NotConnectedError):
            http.ask("POST", loopback.url, {"Authorization": token}, json={})
    assert loopback.requests == []


def test_a_full_backlog_is_not_connected(impatient):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        with pytest.raises(NotConnectedError):
            impatient.ask("POST", f"http://127.0.0.1:{listener.getsockname()[1]}", {}, json={})
        for each in waiting:
            each.close()


def test_a_reset_after_the_request_leaves_its_fate_open_and_is_not_repeated(http, loopback, acts):
    loopback.answers(acts["reset"])
    with pytest.raises(NoAnswerError):
        http.ask("POST", loopback.url, {}, json={})
    assert len(loopback.requests) == loopback.connections == 1


def test_a_silent_server_leaves_the_fate_open(impatient, loopback, acts):
    loopback.answers(acts["hang"])
    with pytest.raises(NoAnswerError):
        impatient.ask("POST", loopback.url, {}, json={})
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    "act",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_half_an_answer_is_none(http, loopback, act):
    loopback.answers(act)
    with pytest.raises(NoAnswerError):
        http.ask("POST", loopback.url, {}, json={})
    assert len(loopback.requests) == 1


def test_an_answer_over_the_limit_is_refused(http, loopback, answer):
    loopback.answers(answer(200, b"x" * 1001))
    with pytest.raises(NoAnswerError):
        http.ask("GET", loopback.url, {})


@pytest.mark.measures
def test_an_answer_that_drips_meets_the_deadline(impatient, loopback):
    pace = threading.Event()

    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        while True:
            connection.sendall(b"x")
            pace.wait(0.05)

    loopback.answers(drip)
    began = time.monotonic()
    with pytest.raises(NoAnswerError):
        impatient.ask("GET", loopback.url, {})
    assert time.monotonic() - began < 2


def test_a_redirect_is_not_followed(http, loopback, answer):
    loopback.answers(answer(307, b"", Location=f"{loopback.url}/elsewhere"))
    assert http.ask("POST", loopback.url, {}, json={}).status == 307
    assert len(loopback.requests) == 1


def test_each_request_has_a_connection_of_its_own(http, loopback, answer):
    loopback.answers(answer(200, b"{}"))
    for _ in range(3):
        http.ask("POST", loopback.url, {}, json={})
    assert loopback.connections == 3
    assert loopback.requests[0]["headers"]["connection"] == "close"


def test_the_environment_has_no_say(http, loopback, answer, monkeypatch, nobody_listens):
    monkeypatch.setenv("HTTP_PROXY", nobody_listens)
    monkeypatch.setenv("ALL_PROXY", nobody_listens)
    loopback.answers(answer(200, b"{}"))
    assert http.ask("GET", loopback.url, {}).status == 200


def test_tls_is_spoken_to_those_whose_authority_is_known(tls_loopback, trusting, answer):
    tls_loopback.answers(answer(200, b"{}"))
    assert OutgoingHttp(LIMITS, trusting).ask("POST", tls_loopback.url, {}, json={}).status == 200


def test_an_unknown_authority_is_not_connected(http, tls_loopback):
    with pytest.raises(NotConnectedError):
        http.ask("POST", tls_loopback.url, {}, json={})
    assert tls_loopback.requests == []


def test_a_handshake_that_never_ends_is_not_connected(impatient, loopback):
    with pytest.raises(NotConnectedError):
        impatient.ask("POST", loopback.url.replace("http:", "https:"), {}, json={})


def test_a_broken_record_after_the_request_leaves_its_fate_open(tls_loopback, trusting):
    tls_loopback.answers(lambda connection: os.write(connection.fileno(), b"no tls record" * 9))
    with pytest.raises(NoAnswerError):
        OutgoingHttp(LIMITS, trusting).ask("POST", tls_loopback.url, {}, json={})
    assert len(tls_loopback.requests) == 1


def test_a_connection_the_server_would_keep_is_not_used_again(http, loopback, answer):
    loopback.answers(answer(200, b"{}").replace(b"close", b"keep-alive"))
    for _ in range(20):
        http.ask("POST", loopback.url, {}, json={})
    assert len(loopback.requests) == loopback.connections == 20


def test_connections_are_kept_where_a_question_may_be_asked_twice():
    connections = set()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            connections.add(self.client_address)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        keeping = OutgoingHttp(LIMITS, keeps_connections=True)
        assert [keeping.ask("GET", url, {}).status for _ in range(3)] == [200] * 3
        assert len(connections) == 1
        assert [OutgoingHttp(LIMITS).ask("GET", url, {}).status for _ in range(2)] == [200] * 2
        assert len(connections) == 3
        keeping._adapter().close()
        server.shutdown()
