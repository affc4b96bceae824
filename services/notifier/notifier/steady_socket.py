"""A TCP socket under a WebSocket: whole frames, one at a time, and no waiting for ever.

simple-websocket writes with `send`, which may write a part, from two threads (ours, and its
own for pings and pongs) and without a time limit. This stands between it and the socket.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable

# reliability.md 3.2: a writer that is still blocked after this long gives up.
SEND_SECONDS = 10.0
# Small, so that a reader who does not read is noticed here and not kept in the kernel's memory.
_SEND_BUFFER = 64 * 1024

Notice = Callable[[], None]


class SteadySocket:
    """Sends all or fails; fails at once after the first failure."""

    def __init__(self, sock: socket.socket, seconds: float = SEND_SECONDS) -> None:
        self._socket = sock
        self._seconds = seconds
        self._sending = threading.Lock()
        self._is_broken = False
        self._rest = b""  # of a frame that was begun: before anything else may go
        self.on_close: Notice = lambda: None
        self.is_flooded: Callable[[], bool] = lambda: False
        # Not SO_SNDTIMEO: a greenlet's socket never blocks, and would wait for ever.
        sock.settimeout(seconds)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)

    def send(self, frame: bytes) -> int:
        """Write a whole frame; raises OSError when the other side does not take it in time."""
        with self._sending:
            if self._is_broken:
                raise BrokenPipeError
            rest, self._rest = self._rest, b""
            try:
                self._send_all(rest + frame)
            except OSError:
                self._is_broken = True
                self.end()
                raise
        return len(frame)

    @property
    def is_behind(self) -> bool:
        """Say whether a frame was begun and the rest of it waits for the next `send`."""
        return bool(self._rest)

    def send_at_once(self, frame: bytes) -> bool:
        """Take a frame if that needs no waiting; what does not fit goes before the next `send`.

        False, and nothing of it went, where another frame is on its way or nothing fits.
        """
        if self._is_broken or not self._sending.acquire(blocking=False):
            return False
        try:
            if self._rest:
                return False
            # Past the socket's own time limit, which would wait; its descriptor never blocks.
            self._rest = frame[os.write(self._socket.fileno(), frame) :]
        except OSError:
            return False  # full, or broken: `send` will say so
        finally:
            self._sending.release()
        return True

    def recv(self, size: int) -> bytes:
        """Read; raises ConnectionAbortedError when what was read before is not looked at."""
        if self.is_flooded():
            raise ConnectionAbortedError
        return self._socket.recv(size)

    def fileno(self) -> int:
        return self._socket.fileno()

    def end(self) -> None:
        """End both directions: what was written still goes out, and readers wake up."""
        with contextlib.suppress(OSError):  # the other side was first
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, and say so: the library's reader is through. The server closes the socket."""
        self.end()
        self.on_close()

    def _send_all(self, frame: bytes) -> None:
        give_up_at = time.monotonic() + self._seconds
        rest = memoryview(frame)
        while rest:
            rest = rest[self._socket.send(rest) :]
            if rest and time.monotonic() >= give_up_at:
                raise TimeoutError
