"""Hands a customer's file to an agent's browser, as something that cannot run there.

What a page may show comes under the type that its bytes were checked for; everything else is
downloaded. Whatever is wrong with an address, the answer is the same 404.
"""

from dataclasses import dataclass

from flask import Response, request
from werkzeug.datastructures import Range

from common import media
from common.errors import NotFoundError
from common.identifiers import as_uuid
from common.media import KeptMedia
from common.media_types import ending_of, is_played, is_shown
from common.openapi import Blueprint
from notifier import audit, snapshot
from notifier.filenames import safe_name
from notifier.parts import agent, parts, store_of_path

blueprint = Blueprint("media", __name__, description="What customers sent beside words.")

# A document that is opened by itself runs nothing, loads nothing and has no origin.
_POLICY = "default-src 'none'; sandbox"
_CACHE = "private, max-age=300, immutable"


@dataclass(frozen=True)
class _Part:
    """Which bytes of a file go out; `is_all` when that is every one."""

    first: int
    count: int
    is_all: bool


@blueprint.route("/api/stores/<store_id>/media/<message_id>", methods=["GET"])
def show_media(store_id: str, message_id: str) -> Response:
    """Send a message's file; players may ask for a part of it (`Range`)."""
    store = store_of_path(store_id)
    known = as_uuid(message_id)
    query = (request.args.get("expires", ""), request.args.get("signature", ""))
    if known is None or not parts().media_links.opens(store.store_id, known, *query):
        raise _no_such_media()
    with parts().database.store(store.store_id) as connection:
        kept = media.kept(connection, store.store_id, known)
        if kept is not None:
            read = snapshot.sessions_of(connection, store.store_id, known)
            audit.record_reading(connection, store.store_id, agent(), read, "read_media")
    if kept is None:
        raise _no_such_media()
    part = _part_of(kept, request.range)
    if part is None:
        return _guarded(Response(status=416), {"Content-Range": f"bytes */{kept.size}"})
    return _answer(store.store_id, known, kept, part)


def _answer(store_id: str, message_id: str, kept: KeptMedia, part: _Part) -> Response:
    last = part.first + part.count - 1
    headers = {"Content-Length": str(part.count)}
    if not part.is_all:
        headers["Content-Range"] = f"bytes {part.first}-{last}/{kept.size}"
    if is_played(kept.mime_type):
        headers["Accept-Ranges"] = "bytes"
    content = parts().storage.read(store_id, kept.place, part.first, part.count)
    response = Response(
        content,
        200 if part.is_all else 206,
        headers,
        mimetype=kept.mime_type,
        direct_passthrough=True,
    )
    if not is_shown(kept.mime_type):
        name = _shown_name(kept, message_id)
        response.headers.set("Content-Disposition", "attachment", filename=name)
    return _guarded(response, {"Cache-Control": _CACHE})


def _part_of(kept: KeptMedia, asked: Range | None) -> _Part | None:
    """Choose what to send; None when the part asked for is not in the file.

    Only what is played is sent in parts; several at once are not, and get the whole.
    """
    is_one = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1
    if asked is None or not is_one or not is_played(kept.mime_type):
        return _Part(0, kept.size, is_all=True)
    found = asked.range_for_length(kept.size)
    if found is None:
        return None
    first, end = found
    return _Part(first, end - first, is_all=False)


def _guarded(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _shown_name(kept: KeptMedia, message_id: str) -> str:
    """Name a download as the customer did, fit for a file; or by the message."""
    return safe_name(kept.filename) or f"whatsapp-{message_id[:8]}{ending_of(kept.mime_type)}"


def _no_such_media() -> NotFoundError:
    return NotFoundError("There is no such media.", code="media_not_found")
