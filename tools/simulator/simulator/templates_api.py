"""The Graph API's list of templates, page by page, and the way to set a store's own."""

import base64
import binascii
import json
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from common.errors import InvalidRequestError
from simulator import fields
from simulator.box import current_box
from simulator.connections import connection_of, hold
from simulator.faults import Asked
from simulator.graph_api import has_token
from simulator.graph_errors import GraphError, error_body, graph_error
from simulator.store import SimulatedStore

blueprint = Blueprint("templates_api", __name__)

_USUAL_PAGE, _LARGEST_PAGE = 25, 250
_NO_TOKEN = graph_error(190, "An access token is required to request this resource.")
_NO_ACCOUNT = graph_error(100, "Unsupported get request. There is no such object.", subcode=33)
_NO_CURSOR = graph_error(100, "Invalid cursors values")
_STATUSES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED")


@blueprint.get("/v<version>/<waba_id>/message_templates")
def list_templates(version: str, waba_id: str) -> Response:
    """List a page of an account's templates; `after` is the cursor of the page before."""
    if not has_token():
        return _refusal(_NO_TOKEN)
    store = _store_of(waba_id)
    if store is None:
        return _refusal(_NO_ACCOUNT)
    if (answer := _disturbed(store)) is not None:
        return answer
    templates, size = current_box().templates.of(store.id), _page_size()
    first = _place(request.args.get("after", ""))
    if first is None:
        return _refusal(_NO_CURSOR)
    page = templates[first : first + size]
    body: dict[str, Any] = {"data": [_shown(each, first + at) for at, each in enumerate(page)]}
    if page:
        after = _cursor(first + size)
        body["paging"] = {"cursors": {"before": _cursor(first), "after": after}}
        if first + size < len(templates):
            address = f"{request.host_url}v{version}/{waba_id}/message_templates"
            body["paging"]["next"] = f"{address}?limit={size}&after={after}"
    return Response(json.dumps(body), mimetype="application/json")


@blueprint.put("/sim/<store_id>/templates")
def put_templates(store_id: str) -> ResponseReturnValue:
    """Set a store's templates, all of them."""
    store = current_box().stores.get(store_id)
    given = request.get_json(silent=True)
    if not isinstance(given, list):
        raise InvalidRequestError("The body must be a JSON list of templates.")
    templates = [_checked(fields.as_object(each, "template")) for each in given]
    current_box().templates.put(store.id, templates)
    return jsonify(templates=len(templates))


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given.get("components"), list):
        raise InvalidRequestError("components must be a list.", field="components")
    return given | {
        "name": fields.text(given, "name"),
        "language": fields.text(given, "language"),
        "status": fields.choice(given, "status", _STATUSES, "APPROVED"),
        "category": fields.optional_text(given, "category") or "UTILITY",
    }


def _store_of(waba_id: str) -> SimulatedStore | None:
    stores = current_box().stores.all()
    return next((each for each in stores if each.account_id == waba_id), None)


def _disturbed(store: SimulatedStore) -> Response | None:
    """Answer as an armed fault of the kind `templates` says; None without one."""
    asked = Asked("templates", "templates", store.id, store.phone_number_id, None)
    fault, released = current_box().state.meet(asked)
    if fault is None:
        return None
    hold(connection_of(request.environ), released, fault.seconds or 0.0)
    if fault.outcome == "error":
        return _refusal(graph_error(fault.code, http_status=fault.http_status), fault.retry_after)
    if fault.outcome == "http":
        body = "" if fault.body is None else str(fault.body)
        return Response(body, status=fault.http_status or 502)
    return None


def _shown(template: Any, place: int) -> dict[str, Any]:
    """Leave out what was not asked for, as Graph does; the id always comes."""
    asked = request.args.get("fields")
    names = set(asked.split(",")) if asked else set(template)
    return {name: template[name] for name in template if name in names} | {"id": f"99{place:04d}"}


def _page_size() -> int:
    return min(max(request.args.get("limit", _USUAL_PAGE, type=int), 1), _LARGEST_PAGE)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode()


def _place(cursor: str) -> int | None:
    try:
        return int(base64.urlsafe_b64decode(cursor)) if cursor else 0
    except (binascii.Error, ValueError):
        return None


def _refusal(error: GraphError, retry_after: float | None = None) -> Response:
    body = json.dumps(error_body(error, secrets.token_urlsafe(8)))
    response = Response(body, status=error.http_status, mimetype="application/json")
    if retry_after is not None:
        response.headers["Retry-After"] = f"{retry_after:g}"
    return response
