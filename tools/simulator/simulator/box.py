"""The parts of one running simulator, as its routes reach them."""

from dataclasses import dataclass

from flask import Flask, current_app

from simulator.door import Door
from simulator.graph_server import GraphServer
from simulator.state import SimulatorState
from simulator.status_sender import StatusSender
from simulator.store_book import StoreBook

_EXTENSION = "simulator"


@dataclass(frozen=True)
class Box:
    """Everything `create_app` put together."""

    stores: StoreBook
    state: SimulatorState
    door: Door
    graph: GraphServer
    statuses: StatusSender

    def close(self) -> None:
        """Let waiting requests go and stop sending statuses; safe in a signal's function."""
        self.state.close()
        self.statuses.close()


def install(app: Flask, box: Box) -> None:
    app.extensions[_EXTENSION] = box


def box_of(app: Flask) -> Box:
    box = app.extensions[_EXTENSION]
    if not isinstance(box, Box):
        raise TypeError("This application is not a simulator.")
    return box


def current_box() -> Box:
    return box_of(current_app)
