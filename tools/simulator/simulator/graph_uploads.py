"""The Graph API's uploads: `POST /v<version>/<phone_number_id>/media`, a form with a file.

The file can then be sent by its id. Meets the faults that are armed for the kind `upload`.
"""

import secrets

from flask import Blueprint, Response, request

from simulator.box import current_box
from simulator.graph_api import carry_out, has_token
from simulator.graph_upload_forms import UploadForm
from simulator.media_limits import LARGEST_UPLOAD_BYTES
from simulator.upload_shelf import NewFile

blueprint = Blueprint("graph_uploads", __name__)

_AROUND_THE_FILE_BYTES = 1_000_000


@blueprint.post("/v<version>/<phone_number_id>/media")
def upload_media(version: str, phone_number_id: str) -> Response:  # noqa: ARG001  # any version
    """Take one file: `messaging_product`, `type` and `file`, whose part says its type too."""
    box = current_box()
    request.max_content_length = LARGEST_UPLOAD_BYTES + _AROUND_THE_FILE_BYTES
    sent = request.files.get("file")
    file = NewFile(sent.mimetype, sent.filename or "", sent.stream.read()) if sent else None
    form = UploadForm(request.form, file, str(10**15 + secrets.randbelow(9 * 10**15)))
    handled = box.graph.take_upload(phone_number_id, request.path, form, token=has_token())
    if file and handled.taken.call.outcome == "uploaded":
        box.uploads.keep(phone_number_id, form.media_id, file)
    return carry_out(box, handled)
