"""The routes of attached pictures: a phone uploads one, and every page shows it."""

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from simulator.box import current_box

blueprint = Blueprint("media_api", __name__, url_prefix="/sim/media")


@blueprint.post("")
def upload_picture() -> ResponseReturnValue:
    """Keep the body, a picture, and answer what a message says of it."""
    picture = current_box().media.add(request.get_data())
    address = url_for("media_api.show_picture", picture_id=picture.id, _external=True)
    shown = {"id": picture.id, "mime_type": picture.mime_type, "sha256": picture.sha256}
    return jsonify(**shown, url=address), 201


@blueprint.get("/<picture_id>")
def show_picture(picture_id: str) -> ResponseReturnValue:
    picture = current_box().media.get(picture_id)
    response = Response(picture.content, mimetype=picture.mime_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
