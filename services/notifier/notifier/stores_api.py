"""The stores an agent serves, and the catalog behind them: its routes, with the agent's rights.

The catalog answers what it answers; who may ask is in `permissions`.
"""

import json
from urllib.parse import quote

from flask import Response, request

from common.database import announce_after_commit
from common.errors import NotFoundError
from common.identifiers import is_catalog_id
from common.openapi import Blueprint
from common.tokens import EVERY_STORE
from notifier import audit
from notifier.agents import Agent
from notifier.catalog import CatalogAnswer, CatalogUnavailableError
from notifier.parts import agent, parts
from notifier.permissions import ADMINISTRATOR
from notifier.schemas.stores import ServedStoresSchema

blueprint = Blueprint("stores", __name__, description="Stores, goods, knowledge and agents.")

_STORE = "/api/stores/<store_id>"
_KINDS = ("products", "knowledge", "agents")
_SUCCEEDED = range(200, 300)


@blueprint.route("/api/stores", methods=["GET"])
@blueprint.response(200, ServedStoresSchema)
def list_stores() -> dict[str, list[dict[str, str]]]:
    """List the stores the agent serves."""
    me = agent()
    return {"stores": _every_store() if me.administrator else _served_stores(me)}


@blueprint.route("/api/stores", methods=["POST"])
def add_store() -> Response:
    """Register a store, as the catalog does; for administrators."""
    answer = _forward("/stores", EVERY_STORE)
    if answer.status in _SUCCEEDED:
        _record(str(json.loads(answer.body)["id"]), "store")
    return _as_response(answer)


@blueprint.route(_STORE, methods=["GET", "PUT", "PATCH"])
def one_store(store_id: str) -> Response:
    """Show, replace or change a store, as the catalog does. Secrets come out as four characters."""
    answer = _forward(f"/stores/{store_id}", _scope(store_id))
    if answer.status in _SUCCEEDED and request.method != "GET":
        parts().stores.forget(store_id)
        _record(store_id, "store")
    return _as_response(answer)


def belongings(store_id: str, item_id: str = "") -> Response:
    """List, add, show, change or remove what a store has, as the catalog does."""
    kind = request.path.split("/")[4]
    if item_id and not is_catalog_id(item_id):
        raise NotFoundError("There is no such thing here.")
    path = f"/stores/{store_id}/{kind}" + (f"/{quote(item_id, safe='')}" if item_id else "")
    answer = _forward(path, _scope(store_id))
    if answer.status in _SUCCEEDED and request.method != "GET":
        changed = item_id or str(json.loads(answer.body)["id"])
        if kind == "agents":
            _follow(changed)
        _record(store_id, kind, changed)
    return _as_response(answer)


def _follow(agent_id: str) -> None:
    """Let an agent's log-ins follow what was changed about them; a new password ends them.

    Who is added keeps the password they have.
    """
    content = request.get_json(force=True, silent=True) if request.method != "POST" else None
    has_password = isinstance(content, dict) and bool(content.get("password"))
    parts().sign_in.account_changed(agent_id, ends_log_ins=has_password)


for _kind in _KINDS:
    blueprint.route(f"{_STORE}/{_kind}", methods=["GET", "POST"], endpoint=f"{_kind}")(belongings)
    blueprint.route(
        f"{_STORE}/{_kind}/<item_id>",
        methods=["GET", "PUT", "PATCH", "DELETE"],
        endpoint=f"one_of_{_kind}",
    )(belongings)


def _served_stores(me: Agent) -> list[dict[str, str]]:
    for each in me.stores:
        parts().stores.forget(each.id)  # an event may be told already of what is cached otherwise
    stores = {each.id: parts().stores.get(each.id) for each in me.stores}
    return [
        {
            **vars(each),
            "status": stores[each.id].status,
            "paused_reason": stores[each.id].paused_reason,
        }
        for each in me.stores
    ]


def _every_store() -> list[dict[str, str]]:
    """Ask the catalog; without it, the ids are enough to go on with conversations."""
    try:
        answer = parts().catalog.forward("GET", "/stores", EVERY_STORE, {}, b"")
    except CatalogUnavailableError:
        ids = parts().stores.all_ids()
        return [_listed(store_id, store_id, "unknown") for store_id in ids]
    stores = json.loads(answer.body)["stores"]
    return [
        _listed(each["id"], each["name"], each["status"], each.get("paused_reason", ""))
        for each in stores
    ]


def _listed(store_id: str, name: str, status: str, paused_reason: str = "") -> dict[str, str]:
    return {
        "id": store_id,
        "name": name,
        "role": ADMINISTRATOR,
        "status": status,
        "paused_reason": paused_reason,
    }


def _scope(store_id: str) -> str:
    return EVERY_STORE if agent().administrator else store_id


def _forward(path: str, scope: str) -> CatalogAnswer:
    query = request.args.to_dict(flat=False)
    return parts().catalog.forward(request.method, path, scope, query, request.get_data())


def _as_response(answer: CatalogAnswer) -> Response:
    return Response(answer.body, answer.status, content_type="application/json")


def _record(store_id: str, kind: str, item_id: str = "") -> None:
    """Write who changed what; the names of the fields, never what they hold.

    The catalog gives no hint of the events that it made, such as a pause: it is given here.
    """
    content = request.get_json(force=True, silent=True)
    names = sorted(content) if isinstance(content, dict) else []
    action = f"{request.method.lower()}_{kind}"
    with parts().database.store(store_id) as connection:
        audit.record(connection, store_id, agent(), action, target=item_id, fields=names)
        announce_after_commit(connection, store_id)
