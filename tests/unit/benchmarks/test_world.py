import socket
import threading
import time

import pytest
import requests

from benchmarks.relay import CountingRelay
from benchmarks.world import World

MESSAGE = {"to": "+573001112233", "type": "text", "biz_opaque_callback_data": "part-1"}


@pytest.fixture
def world():
    with World() as running:
        yield running


def test_graph_accepts_a_message_and_notes_who_gets_it(world):
    with requests.Session() as session:
        for _ in range(2):  # over a kept connection
            answer = session.post(f"{world.url}/v21.0/100/messages", json=MESSAGE, timeout=5)

    assert answer.json()["messages"][0]["id"].startswith("wamid.")
    assert [(each.to, each.callback) for each in world.seen.sent] == [
        ("573001112233", "part-1"),
        ("573001112233", "part-1"),
    ]


def test_a_connection_that_is_to_be_closed_is_closed(world):
    body = b'{"to":"1","type":"text"}'
    head = b"POST /v21.0/1/messages HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    host, port = "127.0.0.1", int(world.url.rsplit(":", 1)[1])

    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(head % len(body) + body[:5])
        connection.sendall(body[5:])
        received = b""
        while chunk := connection.recv(4096):
            received += chunk

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_reading_and_typing_are_no_messages(world):
    notice = {"status": "read", "message_id": "wamid.1"}

    answer = requests.post(f"{world.url}/v21.0/100/messages", json=notice, timeout=5)

    assert answer.json() == {"success": True}
    assert world.seen.sent == []


def test_many_assistants_take_their_time_together(world):
    url = f"{world.assistant_url(300)}/chat/completions"
    start = time.monotonic()

    asking = [threading.Thread(target=requests.post, args=(url, "{}")) for _ in range(20)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert 0.3 <= time.monotonic() - start < 3
    assert len(world.seen.asked) == 20


def test_the_relay_counts_what_a_client_waits_for(world):
    with CountingRelay(world.url) as relay, requests.Session() as session:
        for _ in range(3):
            session.post(f"{relay.url}/v21.0/100/messages", json=MESSAGE, timeout=5)

        assert relay.round_trips == 3
