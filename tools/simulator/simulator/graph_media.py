"""The Graph API's media: where a customer's file is, and the file, each for a bearer token only.

`GET /v<version>/<media id>` describes it; the address it names is this server's own and looks
like Meta's, with an end. Both meet the faults that are armed for `media` and `file`.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from threading import Event
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from common.errors import NotFoundError
from simulator.box import current_box
from simulator.connections import CutConnection, connection_of, hold
from simulator.faults import Asked, Fault
from simulator.graph_api import has_token
from simulator.graph_errors import GraphError, error_body, graph_error
from simulator.media_shelf import Picture

blueprint = Blueprint("graph_media", __name__)

_LIFE_SECONDS = 300  # Meta: the address works for five minutes
_KEY = secrets.token_bytes(32)
_PIECES = 50
_NO_TOKEN = graph_error(190, "An access token is required to request this resource.")
_MISSING = graph_error(100, "Unsupported get request. There is no such object.", subcode=33)


@blueprint.get("/v<version>/<media_id>")
def describe_media(version: str, media_id: str) -> Response:  # noqa: ARG001  # any version
    if not has_token():
        return _refusal(_NO_TOKEN)
    fault, released = _meet("media", media_id)
    if fault is not None and (answer := _disturbed(fault, released, _refusal(_MISSING))):
        return answer
    try:
        file = current_box().find_media(media_id)
    except NotFoundError:
        return _refusal(_MISSING)
    described = {
        "messaging_product": "whatsapp",
        "url": _address_of(media_id),
        "mime_type": file.mime_type,
        "sha256": file.sha256,
        "file_size": len(file.content),
        "id": media_id,
    }
    return Response(json.dumps(described), mimetype="application/json")


@blueprint.get("/whatsapp_business/attachments/")
def send_file() -> Response:
    media_id, ends = request.args.get("mid", ""), request.args.get("ext", "")
    signed = hmac.compare_digest(request.args.get("hash", ""), _signature(media_id, ends))
    if not has_token():
        return Response(status=401)
    if not signed or int(ends) < time.time():
        return Response(status=404)
    fault, released = _meet("file", media_id)
    if fault is not None and (answer := _disturbed(fault, released, Response(status=404))):
        return answer
    file = current_box().find_media(media_id)
    return _body(file, fault, released)


def _body(file: Picture, fault: Fault | None, released: Event) -> Response:
    outcome = fault.outcome if fault else ""
    content = file.content
    if outcome == "wrong_hash":
        content = content[:-1] + bytes([content[-1] ^ 1])
    if outcome != "slow":
        return Response(content, mimetype=file.mime_type)
    seconds = fault.seconds if fault and fault.seconds else 0.0
    answer = Response(_dripping(content, seconds, released), mimetype=file.mime_type)
    answer.content_length = len(content)
    return answer


def _dripping(content: bytes, seconds: float, released: Event) -> Iterator[bytes]:
    step = max(len(content) // _PIECES, 1)
    for start in range(0, len(content), step):
        released.wait(seconds / _PIECES)
        yield content[start : start + step]


def _disturbed(fault: Fault, released: Event, missing: Response) -> Response | None:
    """Answer as a fault says; None when what follows is the file all the same."""
    if fault.outcome == "missing":
        return missing
    if fault.outcome == "redirect":
        return Response(status=302, headers={"Location": str(fault.body)})
    if fault.outcome == "error":
        return _refusal(graph_error(fault.code, http_status=fault.http_status))
    if fault.outcome == "http":
        body = "" if fault.body is None else str(fault.body)
        return Response(body, status=fault.http_status or 502)
    connection = connection_of(request.environ)
    if fault.outcome in ("hang", "reset"):
        hold(connection, released, (fault.seconds or 0.0) if fault.outcome == "hang" else 0.0)
        return Response(CutConnection(connection))
    if fault.outcome == "delay":
        hold(connection, released, fault.seconds or 0.0)
    return None


def _meet(kind: str, media_id: str) -> tuple[Fault | None, Event]:
    asked = Asked(kind=kind, type=kind, store_id=None, phone_number_id="", address=media_id)
    return current_box().state.meet(asked)


def _refusal(error: GraphError) -> Response:
    body = json.dumps(error_body(error, secrets.token_urlsafe(8)))
    return Response(body, status=error.http_status, mimetype="application/json")


def _address_of(media_id: str) -> str:
    ends = str(int(time.time()) + _LIFE_SECONDS)
    query = urlencode({"mid": media_id, "ext": ends, "hash": _signature(media_id, ends)})
    return url_for("graph_media.send_file", _external=True) + f"?{query}"


def _signature(media_id: str, ends: str) -> str:
    return hmac.new(_KEY, f"{media_id}|{ends}".encode(), hashlib.sha256).hexdigest()
