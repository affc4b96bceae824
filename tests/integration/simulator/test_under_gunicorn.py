"""The simulator as it is really served: gunicorn's threads, its sockets and its shutdown."""

import os
import signal
import subprocess
import sys
import threading

import pytest
import requests

from tests.ports import free_port
from tests.waiting import eventually

from .stand import PATIENCE_SECONDS, Running, wait_until


@pytest.fixture
def process(tmp_path, ingress_url):
    port = free_port()
    started = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:simulator.gunicorn_config",
            "simulator.wsgi:app",
        ],
        env={
            **os.environ,
            "DATA_DIR": str(tmp_path),
            "PORT_BASE": str(port - 4),
            "INGRESS_URL": ingress_url,
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    yield started, f"http://127.0.0.1:{port}"
    if started.poll() is None:
        started.terminate()
        started.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def simulator(process):
    running = Running(process[1])
    eventually(lambda: is_alive(running), 30, "a simulator that answers")
    running.register()
    return running


def is_alive(running):
    try:
        return requests.get(f"{running.url}/healthz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_a_reset_is_a_reset_and_the_message_counts(simulator, ingress):
    simulator.arm(outcome="accept_then_reset", times=3)

    for _ in range(3):
        with pytest.raises(requests.ConnectionError, match="ConnectionResetError"):
            simulator.send()

    assert simulator.send().status_code == 200
    assert [record["accepted"] for record in simulator.sent()] == [True] * 4
    ingress.wait_for(12)


def test_a_kept_connection_serves_the_next_request(simulator):
    with requests.Session() as session:
        answers = [session.get(f"{simulator.url}/sim/faults", timeout=10) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3


def test_it_stops_at_once_although_a_request_hangs(simulator, process):
    server = process[0]
    simulator.arm(outcome="hang")
    failures = []

    def send():
        try:
            simulator.send()
        except requests.ConnectionError as error:
            failures.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    wait_until(lambda: len(simulator.sent()) == 1)
    server.send_signal(signal.SIGTERM)

    _, log = server.communicate(timeout=PATIENCE_SECONDS)
    thread.join(PATIENCE_SECONDS)
    assert server.returncode == 0
    assert len(failures) == 1
    assert "Traceback" not in log
    assert "SIGKILL" not in log
