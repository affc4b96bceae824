"""How gunicorn serves the console: one process, a thread for each socket; more are more pods.

`NOTIFIER_THREADS=1040` makes room for 1,032 sockets in one process. With `NOTIFIER_WORKER=gevent`
they are greenlets.
"""

import _thread
import signal
import sys
from types import FrameType
from typing import Any

from common.settings import Settings

_NOTIFIER_PORT = 3
# An event wakes fifty writers. The relay's answer from the database must not wait for all of them:
# neither for the loop to have run every greenlet (5 ms at most otherwise), nor for Python's lock.
_SWITCH_SECONDS = 0.0005
_settings = Settings.from_environment()

if _settings.notifier_worker == "gevent":
    # Before anything that waits is imported: gunicorn's own patching comes after this file.
    import gevent
    from gevent import monkey

    monkey.patch_all()
    gevent.setswitchinterval(_SWITCH_SECONDS)

bind = f"{_settings.bind_address}:{_settings.port(_NOTIFIER_PORT)}"
reuse_port = True
worker_class = _settings.notifier_worker
workers = 1
threads = _settings.notifier_threads
worker_connections = max(_settings.notifier_threads, 1000)
keepalive = 30
# A greenlet that keeps an idle connection is waited for as if it worked: not longer than needed.
graceful_timeout = 5 if worker_class == "gevent" else 8
# gunicornc's socket has one place for all services of an account, and nobody asks it anything.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Begin the relay here, after the fork, and let SIGTERM close the sockets first."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    parts = _parts_of(worker)
    parts.open_sockets.set_threads(threads)
    parts.relay.start()

    def stop(number: int, frame: FrameType | None) -> None:
        _close_sockets(worker)
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_int(worker: Any) -> None:
    """Do the same for SIGINT and SIGQUIT, or their threads would hold the process."""
    _close_sockets(worker)


def _close_sockets(worker: Any) -> None:
    """Begin to, elsewhere: a signal interrupts whoever holds the lock that this needs.

    `Thread.start` would wait for the thread, and where signals meet gevent nothing may wait.
    """
    _thread.start_new_thread(_parts_of(worker).open_sockets.close_all, ())


def _parts_of(worker: Any) -> Any:
    from notifier.parts import parts_of  # only now: what it imports may have to be greenlets'

    return parts_of(worker.wsgi)
