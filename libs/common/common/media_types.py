"""Which type a customer's file is kept and shown under. Pure: no I/O.

Its sender says what it is, and may lie: a page that calls itself a picture would run in the
agent's browser. So a type is kept only if it is one of those that its kind may have, a picture's
only if its first bytes agree, and everything else is kept as bytes to be downloaded.
"""

BYTES = "application/octet-stream"
# How much of a file `kept_type` wants to see.
HEAD_BYTES = 16

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_AUDIO = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
_VIDEO = frozenset({"video/mp4", "video/3gpp"})
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = frozenset(
    {
        *("application/pdf", "application/msword", "application/vnd.ms-excel"),
        *("application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document"),
        *(f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation"),
        *("text/plain", "text/csv", "application/zip"),
    }
)
_BY_KIND = {
    "image": _PICTURES,
    "sticker": _PICTURES,
    "audio": _AUDIO,
    "video": _VIDEO,
    "document": _DOCUMENTS | _PICTURES | _AUDIO | _VIDEO,
}
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/csv": ".csv",
}


def kept_type(kind: str, said: str, head: bytes) -> str:
    """Choose the type to keep a file under, by what was said of it and its first bytes."""
    plain = said.partition(";")[0].strip().lower()
    picture = _picture_type(head)
    if kind in ("image", "sticker") or plain in _PICTURES:
        return picture or BYTES
    return plain if plain in _BY_KIND.get(kind, frozenset()) else BYTES


def is_shown(mime_type: str) -> bool:
    """Tell whether a page may show it in its place; everything else is downloaded."""
    return mime_type in _PICTURES or is_played(mime_type)


def is_played(mime_type: str) -> bool:
    """Tell whether it is listened to or watched, and so asked for in pieces."""
    return mime_type in _AUDIO or mime_type in _VIDEO


def ending_of(mime_type: str) -> str:
    """Name the usual ending of a type's files, with its dot; empty when there is none."""
    return _ENDINGS.get(mime_type, "")


def _picture_type(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None
