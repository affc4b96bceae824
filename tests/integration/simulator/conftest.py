"""A simulator on a real socket, and the ingress it delivers to, also on a real socket."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from common.settings import Settings
from simulator.app import create_app
from simulator.box import box_of

from .stand import Ingress, Running


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    running: list[tuple[BaseWSGIServer, threading.Thread]] = []

    def start(app: Flask, port: int = 0) -> str:
        server = make_server("127.0.0.1", port, app, threaded=True)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def ingress() -> Ingress:
    return Ingress()


@pytest.fixture
def ingress_url(serve, ingress) -> str:
    return serve(ingress.app())


@pytest.fixture
def settings(tmp_path, ingress_url) -> Settings:
    return replace(Settings.from_environment(), data_dir=tmp_path, ingress_url=ingress_url)


@pytest.fixture
def simulator(settings, serve) -> Iterator[Running]:
    app = create_app(settings)
    running = Running(serve(app))
    running.register()
    yield running
    box_of(app).close()
