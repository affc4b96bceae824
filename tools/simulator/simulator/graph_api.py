"""The HTTP edge of the fake Graph API.

First and last step of a send: reads the request, lets `GraphServer` decide, then answers,
delays, hangs or cuts the connection as decided.
"""

import json
from typing import Any

from flask import Blueprint, Response, request

from simulator.box import current_box
from simulator.connections import CutConnection, connection_of, hold
from simulator.verdicts import RESET, Verdict

blueprint = Blueprint("graph_api", __name__)


@blueprint.post("/v<version>/<phone_number_id>/messages")
def send_message(version: str, phone_number_id: str) -> Response:  # noqa: ARG001  # any version
    box = current_box()
    body = _body(request.get_data())
    handled = box.graph.take(phone_number_id, request.path, body, token=_has_token())
    verdict = handled.taken.verdict
    connection = connection_of(request.environ)
    if verdict.ending == RESET:
        # The statuses of a message whose answer never comes do not wait for the silence.
        if handled.statuses is not None:
            box.statuses.schedule(handled.statuses)
        hold(connection, handled.taken.released, verdict.seconds)
        return Response(CutConnection(connection))
    hold(connection, handled.taken.released, verdict.seconds)
    if handled.statuses is not None:
        box.statuses.schedule(handled.statuses)
    return _answer(verdict)


def _has_token() -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(token.strip())


def _body(raw: bytes) -> Any:
    """Read JSON; what is not JSON is recorded as it came, and refused as no object."""
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", errors="replace")


def _answer(verdict: Verdict) -> Response:
    if isinstance(verdict.body, str):
        response = Response(verdict.body, mimetype="text/html")
    else:
        response = Response(json.dumps(verdict.body), mimetype="application/json")
    response.status_code = verdict.http_status or 200
    if verdict.retry_after is not None:
        response.headers["Retry-After"] = f"{verdict.retry_after:g}"
    return response
