"""The worker's own small HTTP face: alive, ready, metrics."""

import logging
import threading

from flask import Flask
from werkzeug.serving import make_server

from common.settings import Settings
from common.web import ReadyChecks, prepare

_FIRST_PORT = 10
_STOP_SECONDS = 0.1  # how soon it hears that it is to end


class Probes:
    """Serves /healthz, /readyz and /metrics at PORT_BASE + 10 + WORKER_INDEX."""

    def __init__(self, settings: Settings, ready_checks: ReadyChecks) -> None:
        app = Flask("worker.probes")
        prepare(app, ready_checks)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        port = settings.port(_FIRST_PORT + settings.worker_index)
        self._server = make_server(settings.bind_address, port, app, threaded=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _STOP_SECONDS},
            name="probes",
            daemon=True,
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
