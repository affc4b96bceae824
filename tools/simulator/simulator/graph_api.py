"""The HTTP edge of the fake Graph API.

First and last step of a send: reads the request, lets `GraphServer` decide, then answers,
delays, hangs or cuts the connection as decided.
"""

import json
import math
import time
from email.utils import formatdate
from typing import Any

from flask import Blueprint, Response, request

from simulator.box import Box, current_box
from simulator.connections import CutConnection, connection_of, hold
from simulator.graph_server import Handled
from simulator.phone_messages import PhoneKey
from simulator.template_words import words_of
from simulator.verdicts import RESET, RetryAfter, Verdict

blueprint = Blueprint("graph_api", __name__)


@blueprint.post("/v<version>/<phone_number_id>/messages")
def send_message(version: str, phone_number_id: str) -> Response:  # noqa: ARG001  # any version
    box = current_box()
    body = _body(request.get_data())
    handled = box.graph.take(phone_number_id, request.path, body, token=has_token())
    return carry_out(box, handled)


def carry_out(box: Box, handled: Handled) -> Response:
    """Do what was decided: answer, perhaps late, or hold and cut the connection."""
    verdict = handled.taken.verdict
    connection = connection_of(request.environ)
    if verdict.ending == RESET:
        # A message whose answer never comes arrives all the same; it does not wait.
        _arrive(box, handled)
        hold(connection, handled.taken.released, verdict.seconds)
        return Response(CutConnection(connection))
    hold(connection, handled.taken.released, verdict.seconds)
    _arrive(box, handled)
    return _answer(verdict)


def _arrive(box: Box, handled: Handled) -> None:
    """Show an accepted request on the customer's phone, and let its statuses follow."""
    call = handled.taken.call
    store = box.stores.by_number(call.phone_number_id)
    if store is not None and call.outcome == "read":
        typing = "typing_indicator" in call.request
        box.threads.mark_read(store.id, call.request["message_id"], typing=typing)
    if store is None or handled.statuses is None:
        return
    message = handled.statuses.message
    key = PhoneKey(store.id, message.phone or message.address)
    box.threads.take(key, call.wamid or "", _as_read(box, store.id, call.request))
    box.statuses.schedule(handled.statuses)


def _as_read(box: Box, store_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Give a message as its customer reads it: a template with its words."""
    if body["type"] != "template":
        return body
    found = box.templates.find(store_id, body["template"])
    shown = words_of(found, body["template"]) if found else {}
    return {**body, "template": {**body["template"], "shown": shown}}


def has_token() -> bool:
    """Tell whether the present request carries a bearer token, any."""
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
        response.headers["Retry-After"] = _header_of(verdict.retry_after)
    return response


def _header_of(wait: RetryAfter) -> str:
    if wait.is_date:
        return formatdate(math.ceil(time.time() + wait.seconds), usegmt=True)
    return f"{wait.seconds:g}"
