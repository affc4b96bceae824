"""How gunicorn serves the console: one process, a thread for each socket; more are more pods.

`NOTIFIER_THREADS=1040` makes room for 1,032 sockets in one process.
"""

import signal
from types import FrameType
from typing import Any

from common.settings import Settings
from notifier.parts import parts_of

_NOTIFIER_PORT = 3
_settings = Settings.from_environment()

bind = f"{_settings.bind_address}:{_settings.port(_NOTIFIER_PORT)}"
reuse_port = True
worker_class = "gthread"
workers = 1
threads = _settings.notifier_threads
keepalive = 30
graceful_timeout = 8
# gunicornc's socket has one place for all services of an account, and nobody asks it anything.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Begin the relay here, after the fork, and let SIGTERM close the sockets first."""
    parts = parts_of(worker.wsgi)
    parts.open_sockets.set_threads(worker.cfg.threads)
    parts.relay.start()

    def stop(number: int, frame: FrameType | None) -> None:
        parts.open_sockets.close_all()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_int(worker: Any) -> None:
    """Do the same for SIGINT and SIGQUIT, or their threads would hold the process."""
    parts_of(worker.wsgi).open_sockets.close_all()
