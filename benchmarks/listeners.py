"""Many consoles in one process: opens sockets, listens, and tells when each event came.

Run as a program: orders come as one line of JSON, `ready` goes out once every socket was
welcomed, an empty line ends it, and what was heard goes out as JSON. Times are CLOCK_MONOTONIC.
"""

import json
import selectors
import socket
import sys
import time
from collections import defaultdict
from typing import Any

from benchmarks.frames import CLOSE, PING, PONG, TEXT, FrameReader, handshake, said, written

_READ = 1 << 16


class Listener:
    """One socket of one console."""

    def __init__(self, address: tuple[str, int], cookie: str, store_id: str) -> None:
        self.store_id, self.cookie = store_id, cookie
        self.is_welcome = False
        self.arrived: list[tuple[int, float]] = []
        self.last_seq = 0
        self.faults: list[str] = []
        self.sock = socket.create_connection(address, timeout=30)
        host = f"{address[0]}:{address[1]}"
        self.sock.sendall(handshake(host, cookie, f"http://{host}"))
        self._reader = FrameReader()
        self._has_said_hello = False

    def hear(self) -> bool:
        """Take in what came; False when it is over."""
        content = self.sock.recv(_READ)
        now = time.monotonic()
        for frame in self._reader.take(content):
            if frame.kind == TEXT:
                self._told(frame.as_json(), now)
            elif frame.kind == PING:
                self.sock.sendall(written(PONG, frame.content))
            elif frame.kind == CLOSE:
                self.faults.append(f"closed with {frame.closing_code()}")
        if self._reader.status not in (0, 101):
            self.faults.append(f"refused with {self._reader.status}")
            return False
        if self._reader.status == 101 and not self._has_said_hello:  # noqa: PLR2004
            self._has_said_hello = True
            self.sock.sendall(said("hello", store_id=self.store_id, last_seq=None, rooms=[]))
        return bool(content)

    def _told(self, frame: dict[str, Any], now: float) -> None:
        if frame["type"] == "welcome":
            self.is_welcome, self.last_seq = True, frame["head_seq"]
        elif frame["type"] == "skip":
            self._count(frame["from"], frame["to"])
        elif "at" in frame:
            self._count(frame["seq"], frame["seq"])
            self.arrived.append((frame["seq"], now))
        elif frame["type"] in ("resync", "error"):
            self.faults.append(frame["type"])

    def _count(self, first: int, last: int) -> None:
        if first != self.last_seq + 1:
            self.faults.append(f"{first} after {self.last_seq}")
        self.last_seq = last


class Hall:
    """All the listeners, one thread."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._orders = orders
        self._selector = selectors.DefaultSelector()
        self._listeners: list[Listener] = []

    def open(self) -> None:
        """Open the sockets, some at a time; returns when all are welcome, or refused."""
        address = (self._orders["host"], self._orders["port"])
        for store_id, cookie in self._orders["sockets"]:
            listener = Listener(address, cookie, store_id)
            self._listeners.append(listener)
            self._selector.register(listener.sock, selectors.EVENT_READ, listener)
            self._look(0)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not all(map(_is_settled, self._listeners)):
            self._look(0.1)

    def listen(self) -> dict[str, Any]:
        """Listen until a line comes in; then for a moment more."""
        self._selector.register(sys.stdin, selectors.EVENT_READ, None)
        while not self._look(1.0):
            pass
        ends_at = time.monotonic() + 2.0
        while time.monotonic() < ends_at:
            self._look(0.1)
        arrived: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for each in self._listeners:
            for seq, at in each.arrived:
                arrived[each.store_id][seq].append(at)
        faults = [fault for each in self._listeners for fault in each.faults]
        return {"arrived": arrived, "faults": faults, "welcome": self._welcome()}

    def _welcome(self) -> int:
        return sum(each.is_welcome for each in self._listeners)

    def _look(self, seconds: float) -> bool:
        """Serve whoever has something; True when a line came in."""
        is_told = False
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                is_told = True
                self._selector.unregister(key.fileobj)
            elif not _hear(key.data):
                self._selector.unregister(key.fileobj)
        return is_told


def _hear(listener: Listener) -> bool:
    try:
        return listener.hear()
    except OSError as error:
        listener.faults.append(type(error).__name__)
        return False


def _is_settled(listener: Listener) -> bool:
    return listener.is_welcome or bool(listener.faults)


def main() -> None:
    hall = Hall(json.loads(sys.stdin.readline()))
    hall.open()
    print("ready", flush=True)
    print(json.dumps(hall.listen()), flush=True)


if __name__ == "__main__":
    main()
