"""`python -m worker`: one process, one worker. A supervisor or Kubernetes starts more.

Dramatiq's own command is not used: its master stops all its children when one dies.
"""

import signal
import sys
import threading
from types import FrameType

from common.errors import ConfigurationError
from common.settings import Settings
from worker.wiring import build

_GRACE_SECONDS = 50.0  # less than the pod's termination grace of 60 s


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        machinery = build(Settings.from_environment())
    except (ConfigurationError, OSError) as error:
        sys.stderr.write(f"The worker cannot start: {error}\n")
        return 1
    machinery.start()
    stopping.wait()
    machinery.stop(_GRACE_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
