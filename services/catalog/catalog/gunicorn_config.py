"""How gunicorn serves the catalog: one process; more of them are more pods. Loads only settings."""

from common.settings import Settings

_CATALOG_PORT = 2
_settings = Settings.from_environment()

bind = f"{_settings.bind_address}:{_settings.port(_CATALOG_PORT)}"
reuse_port = True
worker_class = "gthread"
workers = 1
threads = 16
keepalive = 30
graceful_timeout = 10
# No limit here means 1 MB in gunicorn 27. A question is a customer's words in a query string: a
# message of 4,096 emoji is 49 KB there, and a burst is several messages.
limit_request_line = 0
# gunicornc's socket has one place for all services of an account, and nobody asks it anything.
control_socket_disable = True
