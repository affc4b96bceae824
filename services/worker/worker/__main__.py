"""`python -m worker`: one process, one worker. A supervisor or Kubernetes starts more.

Dramatiq's own command is not used: its master stops all its children when one dies.
"""

import os
import signal
import sys
import threading
import time
from types import FrameType

from common.errors import ConfigurationError
from common.settings import Settings

# Where all share a machine, the door and the console go first: an answer can wait, Meta does not.
_YIELD = 5
# A turn that comes back from a wait goes on within so long beside others that compute (B7).
_SWITCH_SECONDS = 0.001
_CANNOT = "The worker cannot start: {}\n"


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        sys.stderr.write(_CANNOT.format(error))
        return 1
    if settings.worker_mode == "gevent":
        _wait_in_greenlets()
    return _run(settings)


def _wait_in_greenlets() -> None:
    """Make every wait of this process a greenlet's, before anything that waits is imported."""
    from gevent import monkey

    monkey.patch_all()


def _run(settings: Settings) -> int:
    import structlog  # only now: what these import may have to be greenlets'

    from worker.wiring import build

    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        machinery = build(settings)
    except (ConfigurationError, OSError) as error:
        sys.stderr.write(_CANNOT.format(error))
        return 1
    os.nice(_YIELD)
    sys.setswitchinterval(_SWITCH_SECONDS)
    machinery.start()
    log = structlog.get_logger()
    log.info("worker_started", mode=settings.worker_mode, threads=settings.worker_threads)
    stopping.wait()
    log.info("worker_stopping", grace_seconds=settings.worker_grace_seconds)
    began = time.monotonic()
    machinery.stop(settings.worker_grace_seconds)
    log.info("worker_stopped", seconds=round(time.monotonic() - began, 3))
    return 0


if __name__ == "__main__":
    sys.exit(main())
