"""Which kind and type an agent's file is sent as, by its first bytes and never by its word. Pure.

Only what WhatsApp takes as a picture, a recording, a video or a document is let in. Pages,
scripts, programs and archives are not: WhatsApp refuses them, or a customer would open them.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

HEAD_BYTES = 4096  # how much of a file `sendable_type` wants to see
PICTURE_BYTES, RECORDING_BYTES, DOCUMENT_BYTES = 5_000_000, 16_000_000, 100_000_000
_LARGEST = {
    "image": PICTURE_BYTES,
    "audio": RECORDING_BYTES,
    "video": RECORDING_BYTES,
    "document": DOCUMENT_BYTES,
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
# What an office's file is shows in its name only: inside, it is an archive or a file system.
_ARCHIVED = {
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
}
_COMPOUND = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a", ".mp4"),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "video/mp4": (".mp4", ".m4v"),
    "video/3gpp": (".3gp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv"),
    **{said: (ending,) for ending, said in {**_ARCHIVED, **_COMPOUND}.items()},
}
_NO_PLAIN_TEXT = re.compile(rb"\s*(?:<[!?a-zA-Z]|#!|%!)")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BYTE_ORDER = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SendableType:
    """How WhatsApp is told of a file."""

    kind: str  # image, audio, video or document
    mime_type: str
    is_voice: bool = False  # shown as a voice note, which WhatsApp does for Ogg

    @property
    def most_bytes(self) -> int:
        return _LARGEST[self.kind]

    def named(self, filename: str) -> str:
        """Give a file's name the ending of what it is, unless it has it."""
        endings = _ENDINGS[self.mime_type]
        has_one = PurePosixPath(filename).suffix.lower() in endings
        return filename if has_one or not filename else filename + endings[0]


def sendable_type(head: bytes, filename: str) -> SendableType | None:
    """Tell what a file is sent as; None when it is not."""
    ending = PurePosixPath(filename).suffix.lower()
    said = _picture(head) or _recording(head) or _film(head) or _document(head, ending)
    if said is None:
        return None
    kind = said.partition("/")[0]
    if kind not in _LARGEST:
        kind = "document"
    return SendableType(kind, said, is_voice=said == "audio/ogg")


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if head.startswith(b"\x89PNG\r\n\x1a\n") else None


def _recording(head: bytes) -> str | None:
    if head.startswith(b"OggS"):
        return "audio/ogg" if b"OpusHead" in head[:64] else None  # WhatsApp fails any other later
    if head.startswith(b"#!AMR\n"):
        return "audio/amr"
    if head.startswith((b"\xff\xf1", b"\xff\xf9")):
        return "audio/aac"
    if head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")):
        return "audio/mpeg"
    return "audio/mp4" if head[4:11] == b"ftypM4A" else None


def _film(head: bytes) -> str | None:
    if head[4:8] != b"ftyp" or head[8:12] in (b"avif", b"heic", b"mif1", b"qt  "):
        return None
    return "video/3gpp" if head[8:11] in (b"3gp", b"3g2") else "video/mp4"


def _document(head: bytes, ending: str) -> str | None:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _ARCHIVED.get(ending)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _COMPOUND.get(ending)
    return "text/plain" if ending in (".txt", ".csv") and _is_plain_text(head) else None


def _is_plain_text(head: bytes) -> bool:
    """Tell words from a page, a script or a program that calls itself a text."""
    words = head.removeprefix(_BYTE_ORDER)
    if _NO_PLAIN_TEXT.match(words) or _CONTROLS.search(words):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(words)
    except UnicodeDecodeError:
        return False
    return bool(words.strip())
