"""How gunicorn serves the door: one process with an event loop; more are more pods."""

import gc
import sys
from typing import Any

from common.settings import Settings
from ingress import patience

_settings = Settings.from_environment()

bind = f"{_settings.bind_address}:{_settings.port(1)}"
worker_class = "ingress.door_worker.DoorWorker" if _settings.ingress_worker == "door" else "asgi"
asgi_loop = "uvloop"
workers = 1
worker_connections = 4096
reuse_port = True  # a replaced master need not wait for its orphans to let go of the port
backlog = 2048
keepalive = int(patience.IDLE_SECONDS)
graceful_timeout = 10
# Meta's headers are short. Over 4,300 digits of a length are more than Python reads as a number.
limit_request_line = 4094
limit_request_field_size = 4096
limit_request_fields = 64
accesslog = None
worker_tmp_dir = "/dev/shm"  # noqa: S108  # the heartbeat file must not touch a disk
control_socket_disable = True

# A delivery makes many small values and no cycles: to look for some every 700 would be a fifth of
# the door's time.
_GARBAGE_THRESHOLD = 50_000
# The thread that commits waits for PostgreSQL most of the time. When an answer is there it must
# not wait 5 ms, Python's own measure, for a busy event loop to let it go on.
_SWITCH_SECONDS = 0.0005


def post_worker_init(_worker: Any) -> None:
    """Look for garbage seldom, not among what lives for ever; let the committing thread go on."""
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD, 20, 100)
    sys.setswitchinterval(_SWITCH_SECONDS)
