"""A console at the far end of a bare TCP socket, which forgives nothing; and ones that misbehave."""

import selectors
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.frames import CLOSE, PING, PONG, TEXT, FrameReader, handshake, said, written

from .stack import Agent

_READ = 1 << 16


@dataclass
class RawConsole:
    """Counts every number it is told: a gap, a double or a broken frame is an error at once."""

    agent: Agent
    store_id: str
    rooms: tuple[str, ...] = ()
    small_buffer: int = 0
    last_seq: int | None = None
    log: list[int] = field(default_factory=list)
    arrived: dict[int, float] = field(default_factory=dict)
    resyncs: int = 0
    closed_with: int | None = None
    is_welcome: bool = False

    def open(self) -> "RawConsole":
        """Connect and say hello with the last number, without waiting for the answer."""
        address = self.agent.console.removeprefix("http://")
        host, port = address.split(":")
        self.sock = socket.socket()
        if self.small_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.small_buffer)
        self.sock.settimeout(10)
        try:
            self.sock.connect((host, int(port)))
            self.sock.sendall(handshake(address, self.agent.cookie, self.agent.console))
        except OSError:
            self.sock.close()
            raise
        self._reader, self.is_welcome, self._has_said_hello = FrameReader(), False, False
        self.closed_with = None
        return self

    def hear(self, most: int = _READ) -> bool:
        """Take in what is there; False when the socket is over."""
        try:
            content = self.sock.recv(most)
        except OSError:
            content = b""
        now = time.monotonic()
        for frame in self._reader.take(content):
            if frame.kind == TEXT:
                self._told(frame.as_json(), now)
            elif frame.kind == PING:
                self.sock.sendall(written(PONG, frame.content))
            elif frame.kind == CLOSE:
                self.closed_with = frame.closing_code()
        if self.status not in (0, 101):
            return False
        if self.status and not self._has_said_hello:
            self._has_said_hello = True
            self.say("hello", store_id=self.store_id, last_seq=self.last_seq, rooms=self.rooms)
        return bool(content)

    @property
    def status(self) -> int:
        return self._reader.status

    def say(self, action: str, **content: Any) -> None:
        self.sock.sendall(said(action, **content))

    def cut(self) -> None:
        self.sock.close()

    def _told(self, frame: dict[str, Any], now: float) -> None:
        kind = frame["type"]
        if kind == "welcome":
            self.is_welcome = True
            self.last_seq = frame["head_seq"] if self.last_seq is None else self.last_seq
        elif kind == "resync":
            self.resyncs += 1
            self.last_seq = frame["head_seq"]
        elif kind == "skip":
            self._count(frame["from"], frame["to"], now)
        elif "at" in frame:
            self._count(frame["seq"], frame["seq"], now)
        elif kind == "heartbeat":
            assert frame["head_seq"] == self.last_seq, (self.last_seq, frame)

    def _count(self, first: int, last: int, now: float) -> None:
        assert first == (self.last_seq or 0) + 1, f"{first} after {self.last_seq}"
        self.log.extend(range(first, last + 1))
        self.arrived.update(dict.fromkeys(range(first, last + 1), now))
        self.last_seq = last


class Audience:
    """Consoles read by one thread; those that are cut come back when they are told to."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.consoles: list[RawConsole] = []

    def add(self, console: RawConsole) -> RawConsole:
        self.consoles.append(console)
        return self.open(console)

    def open(self, console: RawConsole) -> RawConsole:
        console.open()
        self._selector.register(console.sock, selectors.EVENT_READ, console)
        return console

    def cut(self, console: RawConsole) -> None:
        self._selector.unregister(console.sock)
        console.cut()

    def look(self, seconds: float) -> list[RawConsole]:
        """Read what has come; returns the consoles whose sockets are over."""
        over = []
        for key, _ in self._selector.select(seconds):
            if not key.data.hear():
                self.cut(key.data)
                over.append(key.data)
        return over

    def look_until(self, condition: Any, seconds: float, comes_back: bool = False) -> float:
        """Read until a condition holds; returns how long that took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() < begun + seconds, f"not within {seconds} s"
            for each in self.look(0.05):
                if comes_back:
                    self._try(each)
        return time.monotonic() - begun

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            self.cut(key.data)

    def _try(self, console: RawConsole) -> None:
        """Come back as a page does, but sooner."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            time.sleep(0.1)
            try:
                self.open(console)
            except OSError:
                continue
            return
