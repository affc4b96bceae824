"""Customers' files in a folder: for one machine, or for pods that share a volume.

A file is written under a temporary name, forced to the disk and then renamed, so that a name
leads to a whole file or to none. Only this system's account may read it.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from common.storage import PIECE_BYTES, MissingFileError, StorageUnavailableError, checked_place

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_UNFINISHED = ".part"


class FileStorage:
    """Keeps files under `<root>/<store>/<name>`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, store_id: str, name: str, content: BinaryIO) -> None:
        """See the port."""
        place = self._root / checked_place(store_id, name)
        unfinished = place.with_suffix(_UNFINISHED)
        try:
            place.parent.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)
            _write(unfinished, content)
            unfinished.replace(place)
            _force(place.parent)
        except OSError as error:
            raise _unavailable() from error

    def read(self, store_id: str, name: str, first: int, count: int) -> "FilePieces":
        """See the port."""
        try:
            file = (self._root / checked_place(store_id, name)).open("rb")
            file.seek(first)
        except FileNotFoundError as error:
            raise MissingFileError("The file is not there any more.") from error
        except OSError as error:
            raise _unavailable() from error
        return FilePieces(file, count)

    def remove(self, store_id: str, name: str) -> None:
        """See the port."""
        place = self._root / checked_place(store_id, name)
        try:
            place.unlink(missing_ok=True)
            place.with_suffix(_UNFINISHED).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable() from error


class FilePieces:
    """A part of an open file, piece by piece."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self._file = file
        self._left = count

    def __iter__(self) -> "FilePieces":
        return self

    def __next__(self) -> bytes:
        piece = self._file.read(min(self._left, PIECE_BYTES))
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


def _write(place: Path, content: BinaryIO) -> None:
    content.seek(0)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file, PIECE_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _force(folder: Path) -> None:
    """Force a folder's new names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable() -> StorageUnavailableError:
    return StorageUnavailableError("The folder of files cannot be written or read.")
