"""Which files the Graph API takes and up to what size (Meta's page on media, November 2025). Pure.

One table for uploading a file and for sending one by its id.
"""

from simulator.refusals import RefusedError, refuse

_OFFICE = "application/vnd.openxmlformats-officedocument"
_LIMITS = {"image": 5_000_000, "audio": 16_000_000, "video": 16_000_000, "sticker": 500_000}
_DOCUMENT_LIMIT = 100_000_000
LARGEST_UPLOAD_BYTES = _DOCUMENT_LIMIT
_TYPES = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "video/mp4": "video",
    "video/3gpp": "video",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    f"{_OFFICE}.wordprocessingml.document": "document",
    f"{_OFFICE}.spreadsheetml.sheet": "document",
    f"{_OFFICE}.presentationml.presentation": "document",
    "text/plain": "document",
}
# What a file of these types begins with; others are taken at their word.
_BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
    "audio/ogg": b"OggS",
}


def kind_of(mime_type: str) -> str:
    """Name the kind of message a type is first of all for; raises RefusedError (100)."""
    kind = _TYPES.get(mime_type)
    if kind is None:
        known = ", ".join(sorted(_TYPES))
        raise refuse(
            100,
            f"Param file must be a file with one of the following types: {known}."
            f" Received file of type '{mime_type or 'application/octet-stream'}'.",
        )
    return kind


def check_file(mime_type: str, content: bytes) -> None:
    """Check size and first bytes; raises RefusedError (131053)."""
    kind = kind_of(mime_type)
    if not content or len(content) > _LIMITS.get(kind, _DOCUMENT_LIMIT):
        raise unusable(f"A file of type {mime_type} and {len(content)} bytes is not taken.")
    if not content.startswith(_BEGINNINGS.get(mime_type, b"")):
        raise unusable(f"The file is not what its type, {mime_type}, says.")


def check_kind(kind: str, mime_type: str) -> None:
    """Check that a file can be sent as this kind of message; any can as a document."""
    if kind not in ("document", _TYPES.get(mime_type, "document")):
        raise unusable(f"A file of type {mime_type} cannot be sent as {kind}.")


def unusable(details: str) -> RefusedError:
    """Refuse a file as Meta does: the code of files that cannot be uploaded or loaded."""
    return refuse(131053, details)
