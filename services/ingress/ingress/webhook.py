"""Step 1. The bytes arrive: one route for each store, and Meta's verification of it."""

import hmac
import time

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from common import failpoints, metrics
from common.errors import NotAllowedError, NotAuthenticatedError, ServiceError, TooLargeError
from common.stores import Stores
from ingress.intake import Intake
from ingress.payloads import parse
from ingress.signature import is_signed

_LOG = structlog.get_logger()
_LONGEST_CHALLENGE = 256


def webhook_routes(stores: Stores, intake: Intake) -> Blueprint:
    """Make the routes Meta calls."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    @routes.get("/<store_id>")
    def verify(store_id: str) -> Response:
        tokens = stores.verify_tokens(stores.get(store_id))
        return _challenge_answer(tokens)

    @routes.post("/<store_id>")
    def receive(store_id: str) -> Response:
        began = time.perf_counter()
        try:
            return _receive(stores, intake, store_id)
        finally:
            seconds = time.perf_counter() - began
            metrics.webhook_seconds.labels(_known(stores, store_id)).observe(seconds)

    return routes


def _receive(stores: Stores, intake: Intake, store_id: str) -> Response:
    outcome = "refused"
    try:
        store = stores.get(store_id)
        body = _body()
        headers = request.headers.getlist("X-Hub-Signature-256")
        if not is_signed(body, headers, stores.app_secrets(store)):
            raise NotAuthenticatedError("The signature is missing or wrong.", code="bad_signature")
        outcome = intake.receive(store, parse(body))
    except ServiceError as error:
        outcome = error.code
        raise
    finally:
        metrics.webhook_deliveries.labels(_known(stores, store_id), outcome).inc()
    failpoints.reach("ingress.before_answer")
    return Response(status=200)


def _body() -> bytes:
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    # A body of unknown length is not refused at the limit but cut there.
    if request.content_length is None and len(body) == request.max_content_length:
        raise _too_large()
    return body


def _too_large() -> TooLargeError:
    return TooLargeError("The body is over its limit.")


def _known(stores: Stores, store_id: str) -> str:
    """Keep made-up store ids out of the metrics' labels."""
    return store_id if stores.is_known(store_id) else "unknown"


def _challenge_answer(tokens: tuple[str, ...]) -> Response:
    given = request.args.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(token.encode(), given) for token in tokens]
    if request.args.get("hub.mode") != "subscribe" or not any(matches):
        raise NotAllowedError("The verify token does not match.")
    challenge = request.args.get("hub.challenge", "")[:_LONGEST_CHALLENGE]
    return Response(challenge, content_type="text/plain; charset=utf-8")
