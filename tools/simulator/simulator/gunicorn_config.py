"""How gunicorn serves the simulator: one process, so that there is one ledger.

Loopback only, whatever the other services listen on: nothing here asks who is calling.
"""

import signal
from types import FrameType
from typing import Any

from common.settings import Settings
from simulator.box import box_of

_SIMULATOR_PORT = 4

bind = f"127.0.0.1:{Settings.from_environment().port(_SIMULATOR_PORT)}"
worker_class = "gthread"
workers = 1
# Held requests (hang, delay) take a thread each; the controls need some beside them.
threads = 64
keepalive = 30
graceful_timeout = 5
# The default is one socket per user in the home directory, which two runs would share.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let held requests go at the start of a shutdown, or they would outlast its grace."""
    close = box_of(worker.wsgi).close

    def stop(number: int, frame: FrameType | None) -> None:
        close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_int(worker: Any) -> None:
    """Do the same for SIGINT and SIGQUIT."""
    box_of(worker.wsgi).close()
