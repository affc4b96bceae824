"""How gunicorn serves the door."""

from common.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.bind_address}:{_settings.port(1)}"
worker_class = "gthread"
workers = 1
threads = 16  # as many as the process has database connections
reuse_port = True  # a replaced master need not wait for its orphans to let go of the port
keepalive = 15
graceful_timeout = 10
accesslog = None
worker_tmp_dir = "/dev/shm"  # noqa: S108  # the heartbeat file must not touch a disk
control_socket_disable = True
