"""Making a paused store active again, by hand: what waits is sent then."""

from common import store_pausing
from common.errors import ConflictError
from common.openapi import Blueprint
from notifier import audit
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.stores import StoreStandingSchema

blueprint = Blueprint("store_pausing", __name__, description="A store that WhatsApp refuses.")


@blueprint.route("/api/stores/<store_id>/resume", methods=["POST"])
@blueprint.response(200, StoreStandingSchema)
def resume(store_id: str) -> dict[str, str]:
    """Make a paused store active again; for its owners and administrators.

    Whatever it was paused for: who asks has put it right. 409 `not_paused` when it is active.
    """
    store = store_of_path(store_id)
    with parts().database.store(store.store_id) as connection:
        if not store_pausing.resume_in(connection, store.store_id):
            raise ConflictError("The store is not paused.", code="not_paused")
        audit.record(connection, store.store_id, agent(), "resume_store")
    parts().stores.forget(store.store_id)
    return {"id": store.store_id, "status": "active"}
