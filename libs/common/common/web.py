"""The edge every HTTP service shares: JSON errors, health, metrics and body limits."""

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog
from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import HTTPException

from common.errors import NotAuthenticatedError, ServiceError, TemporaryError
from common.logs import traceback_of
from common.tokens import Claims

_LOG = structlog.get_logger()

# What a service needs, by name; a check raises ServiceError when it cannot reach it.
ReadyChecks = Mapping[str, Callable[[], object]]


class TokenVerifier(Protocol):
    """Tells what an internal token allows; raises NotAuthenticatedError."""

    def verify(self, token: str, audience: str) -> Claims: ...


def prepare(app: Flask, ready_checks: ReadyChecks, body_limit: int = 1_000_000) -> None:
    """Give a service its health and metrics routes, and JSON for every error."""
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    app.json.sort_keys = False  # type: ignore[attr-defined]  # answers keep the contract's order
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(status="alive"))
    app.add_url_rule("/readyz", "readyz", lambda: _ready(ready_checks))
    app.add_url_rule("/metrics", "metrics", _metrics)
    app.after_request(_no_guessing)
    app.register_error_handler(ServiceError, error_response)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def bearer_claims(header: str | None, tokens: TokenVerifier, audience: str) -> Claims:
    """Read an Authorization header; raises NotAuthenticatedError."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticatedError("An internal token is needed.")
    return tokens.verify(token.strip(), audience)


def error_response(error: ServiceError) -> Response:
    """Say what went wrong in the shape all services share."""
    if error.status >= 500:  # noqa: PLR2004  # the server's own faults
        _LOG.warning("request_failed", code=error.code, reason=error.message)
    response = _error(error.code, error.message, error.status, error.details)
    if isinstance(error, TemporaryError) and error.retry_after is not None:
        response.headers["Retry-After"] = str(int(error.retry_after))
    return response


def unready(ready_checks: ReadyChecks) -> dict[str, str]:
    """Name what a service does not reach, with the reason."""
    missing = {}
    for name, check in ready_checks.items():
        try:
            check()
        except ServiceError as error:
            missing[name] = error.message
    return missing


def _no_guessing(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _ready(ready_checks: ReadyChecks) -> Response:
    missing = unready(ready_checks)
    response = jsonify(status="unready" if missing else "ready", missing=missing)
    response.status_code = 503 if missing else 200
    return response


def _metrics() -> Response:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _error(code: str, message: str, status: int, details: Mapping[str, object]) -> Response:
    response = jsonify(error={"code": code, "message": message, "details": dict(details)})
    response.status_code = status
    return response


def _http_error(error: HTTPException) -> Response:
    name = (error.name or "error").lower().replace(" ", "_")
    code = "too_large" if error.code == 413 else name  # noqa: PLR2004
    data = getattr(error, "data", None) or {}
    details = {"fields": data["messages"]} if "messages" in data else {}
    response = _error(code, error.description or error.name or "", error.code or 500, details)
    if getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(error.retry_after)  # type: ignore[attr-defined]
    return response


def _unexpected(error: Exception) -> Response:
    _LOG.error("unexpected_error", **traceback_of(error))
    return _error("internal_error", "Something broke on our side.", 500, {})
