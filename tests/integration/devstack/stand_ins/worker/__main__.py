import os
import signal
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from stand_in import application


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass


if "worker" in os.environ.get("STAND_IN_DIES", ""):
    sys.exit("the worker cannot go on")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
port = int(os.environ["PORT_BASE"]) + 10 + int(os.environ["WORKER_INDEX"])
make_server("127.0.0.1", port, application, handler_class=_Quiet).serve_forever()
