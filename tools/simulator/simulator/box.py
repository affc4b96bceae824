"""The parts of one running simulator, as its routes reach them."""

from dataclasses import dataclass

from flask import Flask, current_app

from simulator.door import Door
from simulator.graph_server import GraphServer
from simulator.media_shelf import MediaShelf, Picture
from simulator.phone_streams import PhoneStreams
from simulator.phone_threads import PhoneThreads
from simulator.product_pictures import ProductPictures
from simulator.state import SimulatorState
from simulator.status_sender import StatusSender
from simulator.store_book import StoreBook
from simulator.templates import TemplateShelf
from simulator.upload_shelf import UploadShelf

_EXTENSION = "simulator"


@dataclass(frozen=True)
class Box:
    """Everything `create_app` put together."""

    stores: StoreBook
    state: SimulatorState
    door: Door
    graph: GraphServer
    statuses: StatusSender
    threads: PhoneThreads
    streams: PhoneStreams
    media: MediaShelf
    uploads: UploadShelf
    pictures: ProductPictures
    templates: TemplateShelf

    def find_media(self, media_id: str) -> Picture:
        """Find a file that was uploaded, or that a customer can have sent; raises NotFoundError."""
        known = self.media.find(media_id) or self.uploads.find(media_id)
        return known or self.pictures.get(media_id)

    def close(self) -> None:
        """Let waiting requests and listening pages go, and stop sending statuses.

        Safe in a signal's function.
        """
        self.state.close()
        self.statuses.close()
        self.threads.close()


def install(app: Flask, box: Box) -> None:
    app.extensions[_EXTENSION] = box


def box_of(app: Flask) -> Box:
    box = app.extensions[_EXTENSION]
    if not isinstance(box, Box):
        raise TypeError("This application is not a simulator.")
    return box


def current_box() -> Box:
    return box_of(current_app)
