"""How gunicorn serves the door: one process with an event loop; more are more pods."""

from common.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.bind_address}:{_settings.port(1)}"
worker_class = "asgi"
asgi_loop = "uvloop"
workers = 1
worker_connections = 4096
reuse_port = True  # a replaced master need not wait for its orphans to let go of the port
backlog = 2048
keepalive = 75  # Meta keeps its connections; a new one costs more than a quiet one
graceful_timeout = 10
accesslog = None
worker_tmp_dir = "/dev/shm"  # noqa: S108  # the heartbeat file must not touch a disk
control_socket_disable = True
