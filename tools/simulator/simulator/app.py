"""Puts the simulator together: the one place that constructs its parts."""

from flask import Flask

from common.settings import Settings
from common.web import prepare
from simulator import (
    control_api,
    graph_api,
    graph_media,
    graph_uploads,
    media_api,
    phone_api,
    phone_page,
    scripting_api,
    templates_api,
)
from simulator.box import Box, install
from simulator.door import Door
from simulator.graph_server import GraphServer
from simulator.media_shelf import MediaShelf
from simulator.phone_streams import PhoneStreams
from simulator.phone_threads import PhoneThreads
from simulator.product_pictures import ProductPictures
from simulator.state import SimulatorState
from simulator.status_sender import StatusSender
from simulator.store_book import StoreBook
from simulator.templates import TemplateShelf
from simulator.upload_shelf import UploadShelf

DEMO_FILE = "demo.json"
# A test may well send more than the 3 MB that ingress must refuse.
_BODY_LIMIT = 8_000_000


def create_app(settings: Settings) -> Flask:
    """Build the application; its threads start with the first accepted message."""
    stores = StoreBook(settings.data_dir / DEMO_FILE)
    state = SimulatorState()
    door = Door(settings.ingress_url)
    statuses = StatusSender(door, stores.by_number, state.note_status)
    threads = PhoneThreads()
    media = MediaShelf()
    uploads = UploadShelf(media)
    templates = TemplateShelf()
    app = Flask(__name__, static_folder=None)
    install(
        app,
        Box(
            stores=stores,
            state=state,
            door=door,
            graph=GraphServer(stores, state, [uploads.check, templates.check]),
            statuses=statuses,
            threads=threads,
            streams=PhoneStreams(threads),
            media=media,
            uploads=uploads,
            pictures=ProductPictures(stores, media),
            templates=templates,
        ),
    )
    prepare(app, {}, body_limit=_BODY_LIMIT)
    app.register_blueprint(control_api.blueprint)
    app.register_blueprint(scripting_api.blueprint)
    app.register_blueprint(graph_api.blueprint)
    app.register_blueprint(graph_uploads.blueprint)
    app.register_blueprint(graph_media.blueprint)
    app.register_blueprint(phone_api.blueprint)
    app.register_blueprint(media_api.blueprint)
    app.register_blueprint(templates_api.blueprint)
    phone_page.add_page(app, settings)
    return app
