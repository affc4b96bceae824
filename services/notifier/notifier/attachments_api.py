"""Takes the files that agents send. A send names one by its id, once; unused, it goes in a day."""

from urllib.parse import unquote
from uuid import uuid4

from flask import request
from sqlalchemy import Connection

from common import attachments
from common.attachments import MOST_UNUSED, Attachment
from common.errors import ConflictError
from common.openapi import Blueprint
from common.sendable_types import DOCUMENT_BYTES
from common.stores import Store
from notifier import audit, snapshot
from notifier.access import session_id_of
from notifier.agents import Agent
from notifier.attachment_intake import TakenIn
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.sending import AttachmentQuerySchema, AttachmentSchema

blueprint = Blueprint("attachments", __name__, description="Files that agents send.")

_LONGEST_SILENCE_SECONDS = 30.0


@blueprint.route("/api/stores/<store_id>/sessions/<session_id>/attachments", methods=["POST"])
@blueprint.arguments(AttachmentQuerySchema, location="query")
@blueprint.response(201, AttachmentSchema)
def add(asked: dict[str, str], store_id: str, session_id: str) -> Attachment:
    """Keep the body, a file, until it is sent with `attachment` of a message.

    Its bytes say what it is, not Content-Type: pictures (JPEG, PNG) to 5 MB, recordings and
    videos to 16 MB, documents (PDF, Office, text) to 100 MB; 422 `type_not_sendable` for
    others, 413 `too_large`. Its name is the query's `filename`, or X-Filename, escaped as in
    an address.
    """
    store, known = store_of_path(store_id), session_id_of(session_id)
    request.max_content_length = DOCUMENT_BYTES
    filename = asked["filename"] or unquote(request.headers.get("X-Filename", ""))
    me = agent()
    with parts().database.store(store.store_id) as connection:
        snapshot.conversation_of(connection, store.store_id, known)
        _check_room(connection, store, me)
    _bound_silence()
    with parts().intake.taken_in(request.stream, request.content_length, filename) as taken:
        return _keep(store, known, me, taken)


def _keep(store: Store, session_id: str, me: Agent, taken: TakenIn) -> Attachment:
    """Write it down, then keep it: what fails between is found and removed in a day."""
    attachment = Attachment(
        attachment_id=str(uuid4()),
        agent_id=me.id,
        place=uuid4().hex,
        kind=taken.type.kind,
        mime_type=taken.type.mime_type,
        filename=taken.filename,
        size=taken.size,
        sha256=taken.sha256,
        is_voice=taken.type.is_voice,
    )
    with parts().database.store(store.store_id) as connection:
        attachments.remember(connection, store.store_id, attachment)
        target = attachment.attachment_id
        audit.record(connection, store.store_id, me, "attach", session_id=session_id, target=target)
    parts().storage.keep(store.store_id, attachment.place, taken.content)
    return attachment


def _bound_silence() -> None:
    """Let a connection that has gone dead hold neither its thread nor a place for long."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(_LONGEST_SILENCE_SECONDS)


def _check_room(connection: Connection, store: Store, me: Agent) -> None:
    if not attachments.make_room(connection, store.store_id, me.id, MOST_UNUSED):
        raise ConflictError(
            "You have added many files and not sent them; try again in a moment.",
            code="too_many_attachments",
        )
