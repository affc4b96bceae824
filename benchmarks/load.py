"""Writes to a door as Meta does: one signed webhook per message, at a steady rate.

An open loop: a slow answer does not slow the next delivery down. Each message comes from a
phone of its own, by which its reply is recognised at the fake Graph API.
"""

import http.client
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.backlog import new_phones
from benchmarks.deliveries import message_envelope
from benchmarks.errors import BenchError
from benchmarks.stores import APP_SECRET
from benchmarks.world import Seen
from simulator.signatures import SIGNATURE_HEADER, serialise, sign

_CONNECTIONS = 16
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.01
_OK = 200


@dataclass(frozen=True)
class Written:
    """One message that went in: whose, and when its delivery began."""

    phone: str
    at: float


class Door:
    """One side's webhook address, with connections that are kept."""

    def __init__(self, url: str, phone_number_id: str) -> None:
        self._address = urlsplit(url)
        self._phone_number_id = phone_number_id
        self._local = threading.local()

    def deliver(self, phone: str) -> Written:
        """Post one message; raises BenchError unless it is answered with 200."""
        wamid, now = f"wamid.{uuid.uuid4().hex}", str(int(time.time()))
        body = serialise(message_envelope(self._phone_number_id, phone, wamid, now))
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, APP_SECRET)}
        at = time.monotonic()
        connection = self._connection()
        connection.request("POST", self._address.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != _OK:
            raise BenchError(f"The door answered {answer.status}.")
        return Written(phone, at)

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            host, port = self._address.hostname or "", self._address.port
            self._local.connection = http.client.HTTPConnection(host, port, timeout=30)
        connection: http.client.HTTPConnection = self._local.connection
        return connection


def write(door: Door, per_second: float, count: int) -> list[Written]:
    """Deliver so many messages at this rate."""
    pending: list[Future[Written]] = []
    start = time.monotonic()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for number, phone in enumerate(new_phones(count)):
            time.sleep(max(start + number / per_second - time.monotonic(), 0))
            pending.append(pool.submit(door.deliver, phone))
        return [each.result() for each in pending]


def milliseconds_to_reply(seen: Seen, written: list[Written]) -> list[float]:
    """Wait for every reply; tell how long each took from webhook to Graph request."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        replied = {each.to: each.at for each in list(seen.sent)}
        missing = [each for each in written if each.phone not in replied]
        if not missing:
            return [(replied[each.phone] - each.at) * 1000 for each in written]
        if time.monotonic() > deadline:
            raise BenchError(f"{len(missing)} of {len(written)} messages were not answered.")
        time.sleep(_PAUSE_SECONDS)
