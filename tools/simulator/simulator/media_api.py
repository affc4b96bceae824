"""The routes of files on the page: a phone uploads a picture, and every page shows all files."""

from io import BytesIO

from flask import Blueprint, Response, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue

from simulator.box import current_box

blueprint = Blueprint("media_api", __name__, url_prefix="/sim")

_SHOWN = ("image/", "audio/", "video/")


@blueprint.post("/media")
def upload_picture() -> ResponseReturnValue:
    """Keep the body, a picture, and answer what a message says of it."""
    picture = current_box().media.add(request.get_data())
    address = url_for("media_api.show_file", media_id=picture.id, _external=True)
    shown = {"id": picture.id, "mime_type": picture.mime_type, "sha256": picture.sha256}
    return jsonify(**shown, url=address), 201


@blueprint.get("/media/<media_id>")
def show_file(media_id: str) -> Response:
    """Send a file, in pieces if asked; what is neither seen nor heard is to be kept."""
    file = current_box().find_media(media_id)
    is_shown = file.mime_type.startswith(_SHOWN)
    response = send_file(
        BytesIO(file.content),
        mimetype=file.mime_type,
        as_attachment=not is_shown,
        download_name=file.filename or media_id,
        etag=file.sha256,
    )
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.delete("/uploads")
def forget_uploads() -> ResponseReturnValue:
    """Forget what the stores have uploaded: every id of theirs is refused from now on."""
    current_box().uploads.forget()
    return "", 204
