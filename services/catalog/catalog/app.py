"""Puts the catalog together: the one place that constructs its parts."""

from flask import Flask, Response

from catalog import parts
from catalog.access import Access
from catalog.agents import Agents
from catalog.knowledge import Knowledge
from catalog.passwords import Passwords
from catalog.products import Products
from catalog.routes import BLUEPRINTS
from catalog.search import Search
from catalog.stores import StoreDirectory
from common.database import Database
from common.openapi import Api
from common.openapi_page import add_documentation
from common.sealing import Keyring
from common.settings import Settings
from common.store_registration import StoreRegistration
from common.stores import Stores
from common.tokens import InternalTokens
from common.verified_tokens import VerifiedTokens
from common.web import prepare

# Pictures keep their name when they keep their content; WhatsApp and browsers may keep them too.
_PICTURES_FRESH_SECONDS = 86_400


def create_app(settings: Settings) -> Flask:
    """Build the application; raises ConfigurationError for a missing setting."""
    database = Database(settings.database_url, settings.database_connections)
    keyring = Keyring(settings.secrets_keys)
    stores = Stores(database, keyring, settings)
    app = Flask(__name__)
    app.config.update(_configuration())
    parts.install(
        app,
        parts.Parts(
            stores=StoreDirectory(database, keyring, StoreRegistration(database, keyring), stores),
            products=Products(database),
            knowledge=Knowledge(database),
            agents=Agents(database, Passwords()),
            search=Search(database),
            base_url=settings.base_url,
        ),
    )
    tokens = VerifiedTokens(InternalTokens(settings.service_keys))
    app.before_request(Access(tokens, stores).check)
    app.after_request(_without_guessing)
    _add_routes(app)
    # Last, because flask-smorest registers an error answer of its own.
    prepare(app, {"database": database.ping})
    return app


def _add_routes(app: Flask) -> None:
    api = Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    add_documentation(app, api.document)


def _configuration() -> dict[str, object]:
    return {
        "API_TITLE": "Mostrador catalog",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/",
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": {"internal": {"type": "http", "scheme": "bearer"}}},
            "security": [{"internal": []}],
        },
        "SEND_FILE_MAX_AGE_DEFAULT": _PICTURES_FRESH_SECONDS,
    }


def _without_guessing(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
