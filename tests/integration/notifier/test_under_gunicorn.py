"""The console as it is really served: gunicorn's threads, its sockets and its shutdown."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
import websocket

from tests.ports import free_port

from .stand import ORIGIN, Browser, wait_until

PHONE = "573001112233"


@pytest.fixture
def process(request, console_settings, tmp_path):
    port = free_port()
    settings = console_settings
    command = ["-m", "gunicorn", "-c", "python:notifier.gunicorn_config", "notifier.wsgi:app"]
    log = (tmp_path / "notifier.log").open("w")
    started = subprocess.Popen(
        [sys.executable, *command],
        env={
            **os.environ,
            "PORT_BASE": str(port - 3),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "SECRETS_KEYS": ",".join(settings.secrets_keys),
            "SERVICE_KEYS": ",".join(settings.service_keys),
            "CATALOG_URL": settings.catalog_url,
            "CONSOLE_ORIGINS": ORIGIN,
            "NOTIFIER_WORKER": getattr(request, "param", "gevent"),
            "NOTIFIER_THREADS": "128",
            "DATA_DIR": str(settings.data_dir),
        },
        stderr=log,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: started.poll() is not None or is_ready(url), seconds=60)
        yield started, url
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()
        log.close()
    print((tmp_path / "notifier.log").read_text())


@pytest.fixture
def browser(process):
    """The agents' browsers of conftest, sent to this process."""
    opened = []

    def open_one():
        opened.append(Browser(process[1]))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def is_ready(url):
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


@pytest.mark.long
def test_a_socket_is_refused_before_the_upgrade(ana, browser):
    for who, origin, status in ((browser(), ORIGIN, 401), (ana, "null", 403)):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            who.connect(origin=origin)
        assert caught.value.status_code == status


@pytest.mark.long
def test_frames_larger_than_every_buffer_arrive_whole(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    wire = ana.connect(sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    wire.say("hello", store_id="store-1", last_seq=None, rooms=[session_id])
    wire.until("welcome")

    for _ in range(3):
        shop.answers("store-1", session_id, "🌻" * 20_000)

    messages = [wire.until("new_message")["data"]["message"]["content"] for _ in range(3)]
    assert messages == ["🌻" * 20_000] * 3


@pytest.mark.long
def test_pings_of_the_client_do_not_disturb_the_frames(ana, shop):
    wire = ana.hello("store-1")
    wire.next()
    done = threading.Event()

    def ping():
        while not done.wait(0.001):
            wire.socket.ping("x" * 100)

    pinging = threading.Thread(target=ping)
    pinging.start()
    last = [shop.records("store-1", 20, filler="y" * 400) for _ in range(10)][-1]
    wire.up_to(last)
    done.set()
    pinging.join()

    assert wire.numbers() == list(range(1, last + 1))


@pytest.mark.measures
@pytest.mark.parametrize(
    ("process", "how"),
    [
        ("gevent", signal.SIGTERM),
        ("gevent", signal.SIGINT),
        ("gthread", signal.SIGTERM),
    ],
    indirect=["process"],
)
@pytest.mark.long
def test_at_the_end_every_socket_is_told_that_the_server_goes_away(process, ana, shop, how):
    started, _ = process
    reading = [ana.hello("store-1") for _ in range(10)]
    for each in reading:
        each.next()
    stalled = ana.connect(sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    stalled.say("hello", store_id="store-1", last_seq=None, rooms=[])
    last = [shop.records("store-1", 50, filler="z" * 4000) for _ in range(4)][-1]
    for each in reading:
        each.up_to(last)

    begun = time.monotonic()
    started.send_signal(how)

    codes = {int.from_bytes(each.socket.recv_data()[1][:2], "big") for each in reading}
    assert codes == {1001}
    assert started.wait(10) == 0
    assert time.monotonic() - begun < 7  # at 8 gunicorn would have killed it


@pytest.mark.parametrize(
    "process", ["gevent", pytest.param("gthread", marks=pytest.mark.long)], indirect=True
)
def test_many_sockets_leave_room_for_requests(process, ana):
    wires = [ana.hello("store-1") for _ in range(120)]
    for each in wires:
        each.next()

    begun = time.monotonic()
    for _ in range(20):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            ana.connect()
        assert caught.value.status_code == 503
    assert time.monotonic() - begun < 5  # at once, each of them
    assert requests.get(f"{process[1]}/healthz", timeout=2).status_code == 200
    assert ana.get("/api/stores/store-1/sessions").status_code == 200
    assert 'mostrador_console_sockets{store="store-1"} 120.0' in ana.get("/metrics").text


@pytest.mark.long
def test_a_large_file_comes_in_by_pieces_and_one_too_large_is_refused_early(ana, shop, process):
    session = shop.says("store-1", PHONE, "hola")
    url = f"{process[1]}/api/stores/store-1/sessions/{session}/attachments"
    before = largest_kilobytes(process[0].pid)

    def add(head, size):
        content = head + bytes(size - len(head))
        headers = {"X-CSRF-Token": ana.csrf_token}
        return ana.http.post(url, data=content, headers=headers, timeout=60)

    assert add(b"%PDF-1.4", 60_000_000).status_code == 201
    assert largest_kilobytes(process[0].pid) - before < 30_000
    assert add(b"\x89PNG\r\n\x1a\n", 9_000_000).status_code == 413
    # A connection whose body was not read is closed; the server is as well as before.
    assert is_ready(process[1])


def largest_kilobytes(pid):
    """Read the most memory that a process' first child has had."""
    child = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    status = Path(f"/proc/{child}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
