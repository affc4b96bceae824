"""Workers of greenlets: hundreds of turns wait at once, and no wait holds another."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import create_engine, text

from common.database import sqlalchemy_url
from tests.waiting import eventually

from .stack import Stack

pytestmark = pytest.mark.long  # a stack of their own to start: `make journeys`
_ANSWER_SECONDS = 1.0
_CUSTOMERS = 60


class SlowAssistant(ThreadingHTTPServer):
    """A chat endpoint that takes its time, and counts who waits at once."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.lock, self.waiting, self.most = threading.Lock(), 0, 0


class _Answer(BaseHTTPRequestHandler):
    server: SlowAssistant

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.waiting += 1
            self.server.most = max(self.server.most, self.server.waiting)
        time.sleep(_ANSWER_SECONDS)
        with self.server.lock:
            self.server.waiting -= 1
        reply = {"choices": [{"message": {"role": "assistant", "content": "Claro que sí."}}]}
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def assistant() -> Iterator[SlowAssistant]:
    with SlowAssistant() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def stack(assistant: SlowAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(
        tmp_path_factory.mktemp("greenlets"),
        WORKER_MODE="gevent",
        WORKER_THREADS="200",
        STORE_RATE="1000",
        STORE_CONCURRENCY="200",
        AI_BASE_URL=f"http://127.0.0.1:{assistant.server_port}/v1",
    )
    try:
        yield stack.wait_until_ready()
    finally:
        assert stack.stop() == 0


def test_waits_on_the_assistant_overlap(stack, assistant):
    phones = [f"57300220{number:04d}" for number in range(_CUSTOMERS)]
    for each in phones:
        stack.write(each, "hola")

    eventually(lambda: all(stack.sent(each) for each in phones), 30, "all answers")
    # Writing takes the test a while, so not all of them wait at once; threads would be 16.
    assert assistant.most >= 25


def test_a_wait_for_the_database_holds_only_who_waits(stack):
    held, free = "573003300001", "573003300002"
    stack.write(held, "hola")
    stack.wait_until_handled(held)
    engine = create_engine(sqlalchemy_url(stack.demo["migration_database_url"]))
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT 1 FROM conversations WHERE (store_id, conversation_id) IN (SELECT store_id,"
                " contact_id FROM contacts WHERE phone = :phone) FOR UPDATE"
            ),
            {"phone": held},
        )
        stack.write(held, "¿siguen ahí?")
        stack.write(free, "hola")

        eventually(lambda: stack.sent(free), 10, "the answer of one who is not locked out")
        assert len(stack.sent(held)) == 1
    engine.dispose()
    eventually(lambda: len(stack.sent(held)) == 2, 10, "the other answer, once it is free")
