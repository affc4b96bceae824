"""Puts the notifier together: the one place that constructs its parts."""

import os
import signal

from flask import Flask

from common import events
from common.database import Database
from common.openapi import Api
from common.openapi_page import add_documentation
from common.queues import Doorbells, redis_client
from common.sealing import Keyring
from common.settings import Settings
from common.storages import storage_of
from common.stores import Stores
from common.tokens import InternalTokens
from common.web import prepare
from notifier import (
    attachments_api,
    audit_api,
    canned_api,
    commands_api,
    contacts_api,
    conversations_api,
    dead_letters_api,
    goods_api,
    media_api,
    ownership_api,
    pages,
    parts,
    retry_api,
    sign_in_api,
    snooze_api,
    starting_api,
    stats,
    store_pausing_api,
    stores_api,
    templates_api,
)
from notifier.access import Access, CookieRules
from notifier.attachment_intake import AttachmentIntake
from notifier.catalog import Catalog
from notifier.console import HEARTBEAT_SECONDS, Console
from notifier.console_sessions import ConsoleSessions
from notifier.console_socket import Live
from notifier.days_kept import DaysKept
from notifier.hints import Hints
from notifier.known_browsers import KnownBrowsers
from notifier.media_links import MediaLinks
from notifier.message_reader import MessageReaders
from notifier.open_sockets import OpenSockets
from notifier.parts import Parts
from notifier.permissions import check_routes
from notifier.presence import Viewers
from notifier.relay import Relay
from notifier.revocations import Revocations
from notifier.rooms import Rooms
from notifier.sign_in import SignIn

_BLUEPRINTS = (
    sign_in_api.blueprint,
    stores_api.blueprint,
    store_pausing_api.blueprint,
    conversations_api.blueprint,
    contacts_api.blueprint,
    commands_api.blueprint,
    ownership_api.blueprint,
    snooze_api.blueprint,
    attachments_api.blueprint,
    dead_letters_api.blueprint,
    media_api.blueprint,
    templates_api.blueprint,
    starting_api.blueprint,
    canned_api.blueprint,
    goods_api.blueprint,
    retry_api.blueprint,
    audit_api.blueprint,
    stats.blueprint,
)
_CONFIGURATION = {
    "API_TITLE": "Mostrador console",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/",
}


def create_app(settings: Settings, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> Flask:
    """Build the application; raises ConfigurationError for a missing setting.

    Its one thread, the relay, begins with `parts_of(app).relay.start()` or the first socket.
    """
    app = Flask(__name__)
    app.config.update(_CONFIGURATION)
    live, built = _parts(settings)
    parts.install(app, built)
    console = Console(live, built.open_sockets, built.relay, heartbeat_seconds)
    app.before_request(console.admit)
    app.before_request(built.access.check)
    console.install(app)
    api = Api(app)
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
    pages.add_pages(app, settings.base_url)
    add_documentation(app, api.document)
    # Last, because flask-smorest registers an error answer of its own. Redis is not among the
    # checks: without it the console is slower, not wrong (P8).
    prepare(app, {"database": built.database.ping})
    check_routes(
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    )
    return app


def _parts(settings: Settings) -> tuple[Live, Parts]:
    database = Database(settings.database_url, settings.database_connections)
    stores = Stores(database, Keyring(settings.secrets_keys), settings)
    queue = redis_client(settings.redis_url)
    database.announce = events.Announcer(queue)
    catalog = Catalog(settings.catalog_url, InternalTokens(settings.service_keys))
    rooms, hints = Rooms(), Hints(settings.redis_url, queue)
    sessions, open_sockets = ConsoleSessions(database), OpenSockets()
    revocations = Revocations(sessions, open_sockets, hints.revoke)
    browsers = KnownBrowsers(settings.service_keys)
    sign_in = SignIn(database, catalog, sessions, browsers, revocations)
    access = Access(
        sign_in,
        stores,
        frozenset(settings.console_origins),
        CookieRules.of(settings),
        settings.trusted_proxies,
    )
    media_links = MediaLinks(settings.service_keys)
    readers = MessageReaders(stores, media_links.media_url)
    built = Parts(
        database=database,
        stores=stores,
        readers=readers,
        access=access,
        sign_in=sign_in,
        catalog=catalog,
        doorbells=Doorbells(queue),
        open_sockets=open_sockets,
        media_links=media_links,
        storage=storage_of(settings),
        intake=AttachmentIntake(settings.data_dir / "incoming"),
        relay=Relay(database, readers, rooms, hints, revocations, _end_process),
        days=DaysKept(database),
    )
    return Live(database, readers, access, rooms, hints, Viewers(queue)), built


def _end_process() -> None:
    """Let the server stop this worker in order, and start another."""
    os.kill(os.getpid(), signal.SIGTERM)
