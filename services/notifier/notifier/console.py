"""`/ws`: admits a socket before the upgrade, then reads and writes it from one thread.

Step 10, the end of a message's life. The route's thread is the only one that writes what the
application says: it drains the socket's outbox, and looks after what came in when it is woken.
simple-websocket's own thread reads, and answers pings.
"""

import time
from collections.abc import Iterator
from typing import Any

import structlog
from flask import Flask, g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from common.errors import InvalidRequestError, NotAuthenticatedError, NotFoundError
from notifier.access import console_session
from notifier.console_socket import ConsoleSocket, Live
from notifier.open_sockets import LOGGED_OUT, OpenSockets
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

    def install(self, app: Flask) -> None:
        """Add the route and its guards; the log-in must have been checked before them."""
        app.config["SOCK_SERVER_OPTIONS"] = {
            "ping_interval": _PING_SECONDS,
            "max_message_size": _LARGEST_FRAME,
            "event_class": WakingEvent,
        }
        app.before_request(self._admit)
        app.teardown_request(self._give_seat_back)
        Sock(app).route(PATH)(self.serve)

    def serve(self, ws: Any) -> None:
        """Serve one socket until either side ends it."""
        outbox = SocketOutbox()
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
        beat_at = time.monotonic() + self._heartbeat_seconds
        while outbox.closing is None:
            for text in _unread(ws):
                socket.hear(text)
            frame = outbox.take(timeout=beat_at - time.monotonic())
            if frame is not None:
                ws.send(frame)
            if socket.is_doubted or time.monotonic() >= beat_at:
                _beat(socket)
                beat_at = time.monotonic() + self._heartbeat_seconds
        ws.close(outbox.closing.code, outbox.closing.reason)

    def _admit(self) -> None:
        """Refuse what must not be upgraded, and take a seat. Before the 101, or it is too late."""
        if request.path != PATH:
            return
        self._live.access.check_origin(request.headers.get("Origin"))
        _check_upgrade()
        self._open_sockets.take_seat()
        g.has_seat = True
        # The library accepts compression whenever it is offered; memory is worth more here.
        request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        for key in _SOCKET_KEYS:
            if key in request.environ:
                request.environ[key] = SteadySocket(request.environ[key])

    def _give_seat_back(self, _error: BaseException | None) -> None:
        if g.pop("has_seat", False):
            self._open_sockets.give_seat_back()


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
    """Give what came in, without waiting; raises ConnectionClosed when the socket is over."""
    while (text := ws.receive(timeout=0)) is not None:
        yield text


def _beat(socket: ConsoleSocket) -> None:
    try:
        socket.beat()
    except (NotAuthenticatedError, NotFoundError):
        socket.close(LOGGED_OUT)
