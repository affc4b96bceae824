"""Composes the door: the one place of this service that constructs anything."""

from flask import Flask

from common import failpoints, logs
from common.database import Database
from common.queues import Doorbells, redis_client
from common.sealing import Keyring
from common.settings import Settings
from common.stores import Stores
from common.web import prepare
from ingress.intake import Intake
from ingress.webhook import webhook_routes

BODY_LIMIT = 3 * 1024 * 1024  # whatsapp.md 1.2: Meta sends up to 3 MB


def create_app(settings: Settings) -> Flask:
    """Build the service; raises ConfigurationError when a setting is missing or wrong."""
    logs.configure(settings, "ingress")
    failpoints.arm(settings.fail_points_file)
    database = Database(settings.database_url, settings.database_connections)
    stores = Stores(database, Keyring(settings.secrets_keys), settings)
    doorbells = Doorbells(redis_client(settings.redis_url))
    app = Flask(__name__)
    # Redis is not among the checks: the door answers Meta without it (P8).
    prepare(app, {"database": database.ping}, body_limit=BODY_LIMIT)
    app.register_blueprint(webhook_routes(stores, Intake(database, stores, doorbells)))
    return app
