"""Log-ins that ended or changed: every process looks at their open sockets again, at once.

A hint on Redis carries the log-in's key, which is the hash of its cookie, and closes nothing by
itself: each socket asks for its log-in anew and closes when it is over. Without Redis a look at
SQL every few seconds finds them (P8).
"""

import time
from collections.abc import Callable, Collection

from notifier.console_sessions import ConsoleSessions
from notifier.open_sockets import OpenSockets

# Log-outs reach every socket within five seconds.
_LOOK_SECONDS = 3.0


class Revocations:
    """Tells of such log-ins, and hears of them. Safe to share between threads."""

    def __init__(
        self,
        sessions: ConsoleSessions,
        open_sockets: OpenSockets,
        publish: Callable[[Collection[str]], None],
    ) -> None:
        self._sessions = sessions
        self._open_sockets = open_sockets
        self._publish = publish
        self._look_at = 0.0

    def tell(self, session_keys: Collection[str]) -> None:
        """Have the sockets of these log-ins looked at, here and in every other process."""
        self._open_sockets.doubt(session_keys)
        self._publish(session_keys)

    def look(self, heard: Collection[str]) -> None:
        """Follow hints, and repair lost ones; raises TemporaryError without the database."""
        self._open_sockets.doubt(heard)
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_SECONDS
        self._open_sockets.doubt(self._sessions.doubtful(self._open_sockets.session_keys()))
