"""`/ws`: admits a socket before the upgrade, then reads and writes it from one thread.

Step 10, the end of a message's life. The route's thread writes what the application says, when
the socket does not take it at once: it drains the outbox, and looks after what came in.
simple-websocket's own thread reads, and answers pings.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

import structlog
from flask import Flask, g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from common.errors import InvalidRequestError
from notifier.access import console_session
from notifier.console_socket import ConsoleSocket, Live
from notifier.open_sockets import OpenSockets, TooManySocketsError
from notifier.rechecks import Rechecks
from notifier.relay import Relay
from notifier.socket_outbox import SocketOutbox
from notifier.steady_socket import SteadySocket
from notifier.waking_event import WakingEvent

_LOG = structlog.get_logger()

PATH = "/ws"
HEARTBEAT_SECONDS = 20.0
_PING_SECONDS = 25  # a dead peer is known after two of them
_LARGEST_FRAME = 64 * 1024
_MOST_UNREAD = 64
_TURN_SECONDS = 10.0
_SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")


class Console:
    """The sockets' door and their loop."""

    def __init__(
        self,
        live: Live,
        open_sockets: OpenSockets,
        relay: Relay,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._live = live
        self._open_sockets = open_sockets
        self._relay = relay
        self._heartbeat_seconds = heartbeat_seconds
        self._rechecks = Rechecks()

    def install(self, app: Flask) -> None:
        """Add the route and its guards; `admit` and the log-in's check must come before them."""
        app.config["SOCK_SERVER_OPTIONS"] = {
            "ping_interval": _PING_SECONDS,
            "max_message_size": _LARGEST_FRAME,
            "event_class": WakingEvent,
        }
        app.before_request(self._upgrade)
        app.teardown_request(self._give_seat_back)
        Sock(app).route(PATH)(self.serve)

    def serve(self, ws: Any) -> None:
        """Serve one socket until either side ends it."""
        outbox = SocketOutbox(sink=ws.sock)
        session = console_session()
        socket = ConsoleSocket(self._live, session, outbox, ws.sock.end)
        _connect(ws, outbox)
        self._relay.start()
        self._open_sockets.add(socket)
        _LOG.info("socket_opened", agent=session.agent.id)
        try:
            self._converse(ws, socket, outbox)
        except (ConnectionClosed, OSError):
            pass  # the other side ended it, or does not read
        finally:
            self._open_sockets.discard(socket)
            socket.leave()
            _end(ws)
            _LOG.info("socket_closed", agent=session.agent.id)

    def _converse(self, ws: Any, socket: ConsoleSocket, outbox: SocketOutbox) -> None:
        # The first one early: who came together must not ask about their log-ins together.
        beat_at = time.monotonic() + self._heartbeat_seconds * random.uniform(0.5, 1)  # noqa: S311
        while outbox.closing is None:
            for text in _unread(ws):
                socket.hear(text)
            frame = outbox.take(timeout=beat_at - time.monotonic())
            if frame is not None:
                ws.sock.send(frame)
            is_due = time.monotonic() >= beat_at
            if is_due or socket.is_doubted:
                socket.is_doubted = False
                self._rechecks.ask(socket)
            if is_due:
                socket.beat()
                beat_at = time.monotonic() + self._heartbeat_seconds
        ws.close(outbox.closing.code, outbox.closing.reason)

    def admit(self) -> None:
        """Take a seat and a turn, or refuse; the log-in is checked between this and `upgrade`.

        All of it before the 101, or it is too late. A seat first: who waits for a turn waits in
        a thread. Then a turn: of a thousand who come together a few at a time ask the database.
        """
        if request.path != PATH:
            return
        self._live.access.check_origin(request.headers.get("Origin"))
        _check_upgrade()
        self._open_sockets.take_seat()
        g.has_seat = True
        if not self._live.greetings.acquire(timeout=_TURN_SECONDS):
            raise TooManySocketsError
        g.has_turn = True

    def _upgrade(self) -> None:
        """Let the next one take a turn, and make the socket ours."""
        if request.path != PATH:
            return
        self._end_turn()
        # The library accepts compression whenever it is offered; memory is worth more here.
        request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        for key in _SOCKET_KEYS:
            if key in request.environ:
                request.environ[key] = SteadySocket(request.environ[key])

    def _give_seat_back(self, _error: BaseException | None) -> None:
        self._end_turn()
        if g.pop("has_seat", False):
            self._open_sockets.give_seat_back()

    def _end_turn(self) -> None:
        if g.pop("has_turn", False):
            self._live.greetings.release()


def _check_upgrade() -> None:
    headers = request.headers
    is_upgrade = headers.get("Upgrade", "").lower() == "websocket"
    if not is_upgrade or headers.get("Sec-WebSocket-Version") != "13":
        raise InvalidRequestError("This address speaks WebSocket, version 13.")
    if not headers.get("Sec-WebSocket-Key"):
        raise InvalidRequestError("Sec-WebSocket-Key is missing.")


def _connect(ws: Any, outbox: SocketOutbox) -> None:
    ws.event.on_set = outbox.wake
    ws.sock.on_close = outbox.wake
    ws.sock.is_flooded = lambda: len(ws.input_buffer) > _MOST_UNREAD


def _end(ws: Any) -> None:
    """End the library's thread before the server closes the socket under its selector.

    A selector forgets a closed socket silently: the thread would wait for its next ping, and
    the process for the thread.
    """
    ws.sock.end()
    ws.thread.join(_PING_SECONDS)


def _unread(ws: Any) -> Iterator[str | bytes]:
    """Give what came in; raises ConnectionClosed when the socket is over.

    Asks the library only when there is something: its wait of no time is, for a greenlet, a turn
    of everybody else.
    """
    while ws.input_buffer or not ws.connected:
        if (text := ws.receive(timeout=0)) is not None:
            yield text
