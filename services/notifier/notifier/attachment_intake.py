"""Takes an agent's file in: bounded, measured, and known by its bytes before it is kept.

Piece by piece into a file without a name, which goes with the request, however that ends.
"""

import hashlib
import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import BoundedSemaphore
from typing import BinaryIO, Protocol

from common.errors import InvalidRequestError, PermanentError, TemporaryError, TooLargeError
from common.plain_text import storable, units
from common.send_limits import FILENAME_LIMIT
from common.sendable_types import DOCUMENT_BYTES, HEAD_BYTES, SendableType, sendable_type
from common.storage import PIECE_BYTES, StorageUnavailableError
from notifier.filenames import safe_name

_MOST_AT_ONCE = 4
_BUSY_SECONDS = 3.0
# Who sends slower than this holds a place that other agents wait for.
_MOST_SECONDS = 30.0
_LEAST_BYTES_A_SECOND = 50_000
_TRUNCATED = "The file did not come whole."


class Source(Protocol):
    """Where a request's body comes from."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class TakenIn:
    """A whole file that may be sent."""

    content: BinaryIO
    type: SendableType
    filename: str
    size: int
    sha256: str


class AttachmentIntake:
    """Takes files in, a few at a time; safe to share between threads."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._room = BoundedSemaphore(_MOST_AT_ONCE)

    @contextmanager
    def taken_in(self, source: Source, length: int | None, filename: str) -> Iterator[TakenIn]:
        """Read a body of a stated length.

        Raises TooLargeError and InvalidRequestError, before more than its beginning is read,
        PermanentError for what is not sent, TemporaryError while others are at it.
        """
        size = _stated(length)
        if not self._room.acquire(blocking=False):
            raise TemporaryError(
                "Other files are coming in.", code="busy", retry_after=_BUSY_SECONDS
            )
        try:
            until = time.monotonic() + _MOST_SECONDS
            head = _exactly(source, min(size, HEAD_BYTES), until)
            said = _type_of(head, filename)
            if size > said.most_bytes:
                raise _too_large(said.most_bytes)
            with _scratch_file(self._scratch) as file:
                digest = _copy(source, head, size, file)
                yield TakenIn(file, said, _named(said, filename), size, digest)
        except OSError as error:
            raise StorageUnavailableError("There is no room for the file.") from error
        finally:
            self._room.release()


def _stated(length: int | None) -> int:
    if length is None:
        raise InvalidRequestError("Content-Length is needed.", code="length_required")
    if length == 0:
        raise InvalidRequestError("The file is empty.", code="file_empty")
    if length > DOCUMENT_BYTES:
        raise _too_large(DOCUMENT_BYTES)
    return length


def _type_of(head: bytes, filename: str) -> SendableType:
    said = sendable_type(head, filename)
    if said is None:
        raise PermanentError("WhatsApp takes no files of this type.", code="type_not_sendable")
    return said


def _named(said: SendableType, filename: str) -> str:
    """Make a name that is safe, says what the file is, and is not too long."""
    name = PurePosixPath(said.named(safe_name(storable(filename))))
    stem = name.stem
    while units(stem + name.suffix) > FILENAME_LIMIT:
        stem = stem[:-1]
    return stem + name.suffix


def _copy(source: Source, head: bytes, size: int, file: BinaryIO) -> str:
    digest = hashlib.sha256(head)
    file.write(head)
    left = size - len(head)
    until = time.monotonic() + _MOST_SECONDS + size / _LEAST_BYTES_A_SECOND
    while left:
        piece = _exactly(source, min(left, PIECE_BYTES), until)
        digest.update(piece)
        file.write(piece)
        left -= len(piece)
    file.seek(0)
    return digest.hexdigest()


def _exactly(source: Source, count: int, until: float) -> bytes:
    read = io.BytesIO()
    while (missing := count - read.tell()) > 0:
        if time.monotonic() > until:
            raise InvalidRequestError("The file comes too slowly.", code="file_too_slow")
        read.write(_some(source, missing))
    return read.getvalue()


def _some(source: Source, most: int) -> bytes:
    try:
        piece = source.read(most)
    except OSError as error:  # the connection broke, or has been silent for long
        raise InvalidRequestError(_TRUNCATED, code="file_truncated") from error
    if not piece:
        raise InvalidRequestError(_TRUNCATED, code="file_truncated")
    return piece


def _scratch_file(scratch: Path) -> BinaryIO:
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=scratch)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"The file has over {limit} bytes.", limit=limit)
