import socket
from dataclasses import replace

import pytest
from sqlalchemy import make_url

from common.database import Database
from common.sealing import Keyring
from common.store_registration import StoreRegistration
from ingress.app import create_app
from tests.asgi_caller import AsgiCaller
from tests.conftest import installation, store_change

from .door import Door
from .served_door import WORKERS, served
from .wire import Wire


@pytest.fixture
def open_door(settings, database, stores, two_stores):
    """Open a door whose settings a test may change."""
    seals = {store.store_id: stores.seal_of(store) for store in two_stores}

    opened = []

    def opening(**changes):
        opened.append(AsgiCaller(create_app(replace(settings, **changes))))
        return Door(opened[-1], database, seals)

    yield opening
    for server in opened:
        server.close()


@pytest.fixture
def door(open_door):
    return open_door()


@pytest.fixture
def wire(settings):
    """A wire to the database."""
    carrying = Wire(make_url(settings.database_url).port)
    yield carrying
    carrying.close()


@pytest.fixture
def wired_url(settings, wire):
    url = make_url(settings.database_url).set(port=wire.port)
    return url.render_as_string(hide_password=False)


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


# In the suite gunicorn's own protocol is asked through our worker, which hands it all that is odd.
@pytest.fixture(
    scope="module", params=[WORKERS[0], pytest.param(WORKERS[1], marks=pytest.mark.long)]
)
def internet(request, servers, owner, tmp_path_factory):
    """A door at the open internet, under each class of worker; one for all tests of a module."""
    with installation(servers, owner, tmp_path_factory.mktemp("internet")) as settings:
        _register_a_store(settings)
        patience = getattr(request.module, "PATIENCE_SECONDS", 1.0)
        with served(settings, request.param, owner, patience) as door:
            yield door


def _register_a_store(settings):
    database = Database(settings.database_url)
    StoreRegistration(database, Keyring(settings.secrets_keys)).register("store-1", store_change(1))
    database.close()
