"""Deliveries of Meta's, signed and posted at once over many connections."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulator.signatures import SIGNATURE_HEADER, sign
from tests.journeys.stack import Stack

CONNECTIONS = 16
_PATIENCE_SECONDS = 30
_MOST_TRIES = 10
_BROKEN = 500


@dataclass(frozen=True)
class Target:
    """A store as Meta knows it."""

    store: str
    number: str
    secret: str


@dataclass
class Post:
    """Posts deliveries to one door, and counts what it answered."""

    door: str
    answers: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)  # by the code in the answer
    _own: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, target: Target, envelope: Any) -> int:
        """Post one delivery; 0 stands for a connection that was closed without an answer."""
        body = json.dumps(envelope).encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, target.secret)}
        connection = self._connection()
        try:
            connection.request("POST", f"/webhooks/{target.store}", body, headers)
            answer = connection.getresponse()
            said, status = answer.read(), answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            said, status = b"", 0
        with self._lock:
            self.answers[status] += 1
            if said:
                self.refusals[json.loads(said)["error"]["code"]] += 1
        return status

    def deliver_until_taken(self, target: Target, envelope: Any) -> int:
        """Post one delivery again while it is answered as Meta would come again for."""
        status = 0
        for _ in range(_MOST_TRIES):
            if status == 0 or status >= _BROKEN:
                status = self.deliver(target, envelope)
        return status

    def deliver_all(self, deliveries: Iterable[tuple[Target, Any]]) -> list[int]:
        """Post all over many connections at once; returns the answers in the order given."""
        with ThreadPoolExecutor(CONNECTIONS) as meta:
            return list(meta.map(lambda each: self.deliver_until_taken(*each), deliveries))

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            where = urlsplit(self.door)
            self._own.connection = http.client.HTTPConnection(
                where.hostname or "", where.port, timeout=_PATIENCE_SECONDS
            )
        connection: http.client.HTTPConnection = self._own.connection
        return connection


def targets(stack: Stack) -> list[Target]:
    """Name the two stores of the demo."""
    return [
        Target(each["id"], each["phone_number_id"], each["app_secret"])
        for each in stack.demo["stores"][:2]
    ]


def entry(target: Target, *messages: Any) -> Any:
    """Wrap messages as one entry of a delivery."""
    value = {"metadata": {"phone_number_id": target.number}, "messages": list(messages)}
    return {"id": "1", "changes": [{"field": "messages", "value": value}]}


def text(phone: str, wamid: str, words: str, moment: float) -> Any:
    its = {"from": phone, "id": wamid, "timestamp": str(int(moment)), "type": "text"}
    return its | {"text": {"body": words}}


def addressed(value: Any, number: str) -> Any:
    """Copy a payload with each `phone_number_id` that is given replaced by a store's own."""
    if isinstance(value, dict):
        return {
            key: number if key == "phone_number_id" else addressed(inner, number)
            for key, inner in value.items()
        }
    return [addressed(each, number) for each in value] if isinstance(value, list) else value
