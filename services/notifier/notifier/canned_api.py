"""Replies that a store keeps ready: read by who answers, changed by who may."""

from common.errors import InvalidRequestError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from common.plain_text import TEXT_LIMIT, is_storable, units
from notifier import audit, canned
from notifier.canned import Canned
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.canned import AskedCannedSchema, CannedListSchema, CannedSchema
from notifier.wire import instant

blueprint = Blueprint("canned", __name__, description="Replies that a store keeps ready.")

_CANNED = "/api/stores/<store_id>/canned"


@blueprint.route(_CANNED, methods=["GET"])
@blueprint.response(200, CannedListSchema)
def list_canned(store_id: str) -> dict[str, object]:
    """List the store's canned replies by their shortcuts."""
    store = store_of_path(store_id)
    with parts().database.store(store.store_id) as connection:
        known = canned.listed(connection, store.store_id)
    return {"canned": [_shown(each) for each in known]}


@blueprint.route(_CANNED, methods=["POST"])
@blueprint.arguments(AskedCannedSchema)
@blueprint.response(201, CannedSchema)
def add(form: dict[str, str], store_id: str) -> dict[str, object]:
    """Keep one more ready; 409 `shortcut_taken`."""
    store, content = store_of_path(store_id), _checked(form["text"])
    with parts().database.store(store.store_id) as connection:
        made = canned.add(connection, store.store_id, form["shortcut"], content)
        audit.record(connection, store.store_id, agent(), "post_canned", target=made.canned_id)
    return _shown(made)


@blueprint.route(f"{_CANNED}/<canned_id>", methods=["PUT"])
@blueprint.arguments(AskedCannedSchema)
@blueprint.response(200, CannedSchema)
def change(form: dict[str, str], store_id: str, canned_id: str) -> dict[str, object]:
    """Replace one; 409 `shortcut_taken`."""
    store, known, content = store_of_path(store_id), _known(canned_id), _checked(form["text"])
    with parts().database.store(store.store_id) as connection:
        changed = canned.change(connection, store.store_id, known, form["shortcut"], content)
        audit.record(connection, store.store_id, agent(), "put_canned", target=known)
    return _shown(changed)


@blueprint.route(f"{_CANNED}/<canned_id>", methods=["DELETE"])
@blueprint.response(204)
def remove(store_id: str, canned_id: str) -> None:
    """Forget one."""
    store, known = store_of_path(store_id), _known(canned_id)
    with parts().database.store(store.store_id) as connection:
        canned.remove(connection, store.store_id, known)
        audit.record(connection, store.store_id, agent(), "delete_canned", target=known)


def _known(canned_id: str) -> str:
    known = as_uuid(canned_id)
    if known is None:
        raise canned.no_such_canned()
    return known


def _checked(content: str) -> str:
    if not content.strip():
        raise InvalidRequestError("There is no text to keep.", code="text_empty")
    if units(content) > TEXT_LIMIT:
        raise InvalidRequestError(
            f"It has at most {TEXT_LIMIT} characters.", code="text_too_long", limit=TEXT_LIMIT
        )
    if not is_storable(content):
        raise InvalidRequestError("The text holds a character that no text has.")
    return content


def _shown(reply: Canned) -> dict[str, object]:
    return {
        "id": reply.canned_id,
        "shortcut": reply.shortcut,
        "text": reply.content,
        "updated_at": instant(reply.updated_at),
    }
