"""Composes the door: the one place of this service that constructs anything."""

from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask

from common import failpoints, logs
from common.database import Database
from common.queues import Doorbells, redis_client
from common.sealing import Keyring
from common.settings import Settings
from common.stores import Stores
from common.web import prepare
from ingress.door import BODY_LIMIT, Door
from ingress.failure_limits import FailureLimits
from ingress.group_commit import GroupCommit
from ingress.intake import Intake
from ingress.store_lookup import StoreLookup
from ingress.verification import verification_routes
from ingress.webhook import Webhook

# Probes, metrics and Meta's verification: a few at once is many.
_REST_THREADS = 8


def create_app(settings: Settings) -> Webhook:
    """Build the service; raises ConfigurationError when a setting is missing or wrong."""
    logs.configure(settings, "ingress")
    failpoints.arm(settings.fail_points_file)
    database = Database(settings.database_url, settings.database_connections)
    stores = Stores(database, Keyring(settings.secrets_keys), settings)
    limits = FailureLimits()
    intake = Intake(database, Doorbells(redis_client(settings.redis_url)))
    door = Door(StoreLookup(stores), intake, GroupCommit(intake.write), limits)
    # Their types name each message of the protocol; ours say only that messages are mappings.
    flask: Any = _rest(settings, database, stores, limits)
    rest: Any = WSGIMiddleware(flask, workers=_REST_THREADS)
    return Webhook(door, rest, settings.trusted_proxies)


def _rest(settings: Settings, database: Database, stores: Stores, limits: FailureLimits) -> Flask:
    """Build what is not a delivery: health, metrics and Meta's verification."""
    app = Flask(__name__)
    # Redis is not among the checks: the door answers Meta without it (P8).
    prepare(app, {"database": database.ping}, body_limit=BODY_LIMIT)
    app.register_blueprint(verification_routes(stores, limits, settings.trusted_proxies))
    return app
