"""A chat endpoint that answers with the numbers it was asked about, and fails as told.

Customers of these tests write "pedido <who> n<number>"; the answer names the numbers of the
turn, so that every answer can be laid beside the messages it is for.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ORDER = re.compile(r"pedido ([a-z]+) n(\d+)")
_NUMBER = re.compile(r"\bn(\d+)\b")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Asked:
    """One question: who, about which numbers, and from when to when it was open here."""

    who: str
    numbers: tuple[int, ...]
    started: float
    ended: float


@dataclass(frozen=True)
class Troubles:
    """How often the assistant fails or dawdles, each as a share of its answers."""

    failing: float = 0.0
    slow: float = 0.0
    slowest_seconds: float = 1.0


@dataclass
class EchoAssistant:
    """Runs on a loopback port. `watch` is called with (who, numbers) before the answer."""

    troubles: Troubles = Troubles()
    dice: random.Random = field(default_factory=random.Random)
    asked: list[Asked] = field(default_factory=list)
    watch: Callable[[str, tuple[int, ...]], None] | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _door_to(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}
        )
        self._thread.start()

    def begin(self, seed: int, troubles: Troubles) -> None:
        """Forget what was asked and fail from now on as these dice fall."""
        with self._lock:
            self.troubles, self.dice = troubles, random.Random(seed)
            self.asked.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, messages: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        """Answer one question: the HTTP status and the body."""
        who, numbers = _of_the_turn(messages)
        started = time.monotonic()
        with self._lock:
            fails = self.dice.random() < self.troubles.failing
            is_slow = self.dice.random() < self.troubles.slow
            pause = self.dice.uniform(0, self.troubles.slowest_seconds) if is_slow else 0.0
        if self.watch is not None:
            self.watch(who, numbers)
        time.sleep(pause)
        with self._lock:
            self.asked.append(Asked(who, numbers, started, time.monotonic()))
        if fails:
            return 500, {"error": "as told"}
        words = f"Recibido {who}: " + ", ".join(f"n{number}" for number in numbers)
        return 200, {"choices": [{"message": {"role": "assistant", "content": words}}]}


def order_text(who: str, number: int) -> str:
    return f"pedido {who} n{number}"


def numbers_in(answer: str) -> list[int]:
    """Read the numbers an answer names, in its order."""
    return [int(number) for number in _NUMBER.findall(answer)]


def name_of(index: int) -> str:
    """Name the n-th customer in letters, which no redaction takes for a number."""
    first, second = divmod(index, len(_LETTERS))
    return f"cliente{_LETTERS[first % len(_LETTERS)]}{_LETTERS[second]}"


def _of_the_turn(messages: list[dict[str, Any]]) -> tuple[str, tuple[int, ...]]:
    """Find what is asked now: the customer's texts after the last answer."""
    found: list[tuple[str, int]] = []
    for message in reversed(messages):
        if message["role"] != "user":
            break
        found.extend((who, int(number)) for who, number in _ORDER.findall(message["content"]))
    found.reverse()
    return (found[-1][0] if found else "nadie", tuple(number for _, number in found))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a worker that was killed no longer wants its answer."""


def _door_to(assistant: EchoAssistant) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = assistant.answer(body["messages"])
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
            """Keep quiet."""

    return Door
