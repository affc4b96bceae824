"""Where customers' files lie: the port that the worker keeps through and the notifier reads.

A file's place is `<store>/<name>`, a random name chosen by the caller; whoever keeps it again
replaces it. Names come from our own rows, never from outside. The two storages are in
`storage_files` and `storage_s3`, and `storages` chooses.
"""

import re
from typing import BinaryIO, Protocol

from common.errors import NotFoundError, TemporaryError
from common.identifiers import is_store_id

# How many bytes are held in memory of a file that comes or goes.
PIECE_BYTES = 65_536
_NAME = re.compile("[0-9a-f]{32}")


class StorageUnavailableError(TemporaryError):
    """The storage cannot be reached, or is full."""

    code = "storage_unavailable"


class MissingFileError(NotFoundError):
    """The storage has no such file."""

    code = "media_not_found"


class Pieces(Protocol):
    """A file's bytes, piece by piece; must be closed, also when nobody read it."""

    def __iter__(self) -> "Pieces": ...

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Storage(Protocol):
    """Keeps files. Safe to share between threads.

    Each call raises StorageUnavailableError when the storage does not do it now.
    """

    def keep(self, store_id: str, name: str, content: BinaryIO) -> None:
        """Keep the content from its beginning; when this returns it is safe."""

    def read(self, store_id: str, name: str, first: int, count: int) -> Pieces:
        """Open a part of a file; raises MissingFileError before the first piece."""

    def remove(self, store_id: str, name: str) -> None:
        """Take a file away, if it is there, with what an interrupted `keep` left of it."""


def checked_place(store_id: str, name: str) -> str:
    """Form `<store>/<name>`; raises ValueError for what could lead anywhere else."""
    if not is_store_id(store_id) or not _NAME.fullmatch(name):
        raise ValueError("That is no place of a file.")
    return f"{store_id}/{name}"
