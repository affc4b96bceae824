"""Puts the simulator together: the one place that constructs its parts."""

from flask import Flask

from common.settings import Settings
from common.web import prepare
from simulator import control_api, graph_api
from simulator.box import Box, install
from simulator.door import Door
from simulator.graph_server import GraphServer
from simulator.state import SimulatorState
from simulator.status_sender import StatusSender
from simulator.store_book import StoreBook

DEMO_FILE = "demo.json"
# A test may well send more than the 3 MB that ingress must refuse.
_BODY_LIMIT = 8_000_000


def create_app(settings: Settings) -> Flask:
    """Build the application; its threads start with the first accepted message."""
    stores = StoreBook(settings.data_dir / DEMO_FILE)
    state = SimulatorState()
    door = Door(settings.ingress_url)
    statuses = StatusSender(door, stores.by_number, state.note_status)
    app = Flask(__name__, static_folder=None)
    install(app, Box(stores, state, door, GraphServer(stores, state), statuses))
    prepare(app, {}, body_limit=_BODY_LIMIT)
    app.register_blueprint(control_api.blueprint)
    app.register_blueprint(graph_api.blueprint)
    return app
