"""The audit log of a store, for those who answer for it."""

from common.errors import InvalidRequestError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from notifier import audit
from notifier.audit import AuditEntry, AuditQuery
from notifier.parts import parts, store_of_path
from notifier.schemas.audit import AuditPageSchema, AuditQuerySchema
from notifier.wire import instant

blueprint = Blueprint("audit", __name__, description="Who did what, and who read what.")


@blueprint.route("/api/stores/<store_id>/audit", methods=["GET"])
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditPageSchema)
def list_entries(asked: dict[str, str], store_id: str) -> dict[str, object]:
    """List what was done in a store, newest first; for its owners and administrators.

    A reading is one entry an hour for each agent and conversation.
    """
    store = store_of_path(store_id)
    query = AuditQuery(
        session_id=_id(asked, "session_id"),
        agent_id=_id(asked, "agent_id"),
        before=_id(asked, "cursor"),
    )
    with parts().database.store(store.store_id) as connection:
        page, cursor = audit.entries(connection, store.store_id, query)
    return {"entries": [_shown(each) for each in page], "cursor": cursor}


def _id(asked: dict[str, str], name: str) -> str:
    known = as_uuid(asked[name]) if asked[name] else ""
    if known is None:
        raise InvalidRequestError(f"{name} is no id.")
    return known


def _shown(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.audit_id,
        "at": instant(entry.at),
        "agent_id": entry.agent_id,
        "agent_name": entry.agent_name,
        "action": entry.action,
        "session_id": entry.session_id,
        "target": entry.target,
        "details": dict(entry.details),
    }
