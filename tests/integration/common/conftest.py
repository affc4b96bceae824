import socket

import pytest

from .desk import Desk


@pytest.fixture
def desk(database, stores, two_stores):
    return Desk(database, "store-1", stores.seal_of(two_stores[0]))


@pytest.fixture
def other_desk(database, stores, two_stores):
    return Desk(database, "store-2", stores.seal_of(two_stores[1]))


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
