"""Before step 8's decisions. Gives WhatsApp the files that are sent by id, once a month each.

An agent's file has no address and always goes this way; a product's picture does where its store
says so (`picture_by`), and by its link when that fails.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import structlog

from common import metrics, upload_ids
from common.database import Database
from common.errors import NotFoundError, PermanentError, TemporaryError
from common.media_types import HEAD_BYTES, kept_type
from common.send_errors import Action
from common.storage import PIECE_BYTES, Storage, StorageUnavailableError
from common.stores import Store
from common.upload_ids import UploadedFile
from worker.channels.cloud_api import Credentials
from worker.channels.contents import Picture, WithFile
from worker.channels.media_upload import MediaUpload, Upload
from worker.channels.outcome import Rejected, SendOutcome, TryLater
from worker.computing import aside
from worker.media_download import Bounds, MediaDownload
from worker.plans import Outgoing

_LOG = structlog.get_logger()
BY_UPLOAD = "upload"
_PICTURE = Bounds(most_bytes=5_000_000, seconds=15.0)
_SENDABLE = ("image/jpeg", "image/png")
# What WhatsApp may say of a send by an id that it keeps no more.
_UNKNOWN_ID = ("100", "131053")


@dataclass(frozen=True)
class Uploads:
    """Makes parts ready that are sent by a file's id; safe to share between threads."""

    database: Database
    storage: Storage
    road: MediaUpload
    pictures: MediaDownload
    scratch: Path  # a folder for files that are on their way

    def all_ready(
        self, store: Store, credentials: Credentials, going: Sequence[Outgoing]
    ) -> list[Outgoing]:
        """Make a plan's parts ready; as `ready`.

        Where one picture could not be uploaded, those after it go by their links: a customer is
        waiting.
        """
        done: list[Outgoing] = []
        for each in going:
            has_failed = any(_is_left_out(store, other) for other in done)
            done.append(
                each if has_failed and each.body.link else self.ready(store, credentials, each)
            )
        return done

    def are_needed(self, store: Store, going: Outgoing) -> bool:
        """Say whether a part goes by the id of a file that was given to WhatsApp."""
        return bool(_source(store, going))

    def ready(self, store: Store, credentials: Credentials, going: Outgoing) -> Outgoing:
        """Give a part the id of its file, uploading it unless that was done within a month.

        Raises TemporaryError or PermanentError, with WhatsApp's code where it gave one, for a
        file that has no other way.
        """
        source = _source(store, going)
        if not source:
            return going
        file = UploadedFile(store.store_id, credentials.phone_number_id, source)
        known = upload_ids.known(self.database, file)
        if known:
            metrics.uploads.labels(store.store_id, "known").inc()
            return going.uploaded(known, is_known=True)
        try:
            media_id = self._upload(store.store_id, credentials, going)
        except (TemporaryError, PermanentError) as error:
            metrics.uploads.labels(store.store_id, "failed").inc()
            _LOG.warning("upload_failed", store=store.store_id, code=error.code)
            if not going.body.link:
                raise
            return going
        metrics.uploads.labels(store.store_id, "uploaded").inc()
        upload_ids.remember(self.database, file, media_id)
        return going.uploaded(media_id)

    def judged(
        self, store_id: str, phone_number_id: str, going: Outgoing, outcome: SendOutcome
    ) -> SendOutcome:
        """Let a part go again whose id WhatsApp may have forgotten, under a new one.

        The refusal is the proof that nothing went. What is refused under an id of this very
        attempt is refused for good.
        """
        is_by_id = isinstance(going.content, WithFile) and bool(going.content.media_id)
        if not (is_by_id and isinstance(outcome, Rejected) and outcome.code in _UNKNOWN_ID):
            return outcome
        source = going.body.place or going.body.link
        try:
            upload_ids.forget(self.database, UploadedFile(store_id, phone_number_id, source))
        except TemporaryError as error:  # what is known of the send must be written down first
            _LOG.warning("upload_not_forgotten", store=store_id, code=error.code)
            return outcome
        if not going.has_known_id:
            return outcome
        rule = replace(
            outcome.rule, action=Action.AGAIN, attempts=0, wait=1, longest=1, effects=frozenset()
        )
        return TryLater(outcome.code, outcome.reason, rule)

    def _upload(self, store_id: str, credentials: Credentials, going: Outgoing) -> str:
        body = going.body
        if body.place:
            pieces = self._pieces(store_id, body.place, body.size)
            return self.road.upload(credentials, Upload(pieces, body.size, body.mime_type))
        with self._picture(body.link) as (file, size, mime_type):
            pieces = iter(lambda: file.read(PIECE_BYTES), b"")
            return self.road.upload(credentials, Upload(pieces, size, mime_type))

    def _pieces(self, store_id: str, place: str, size: int) -> Iterator[bytes]:
        """Read an agent's file; raises PermanentError when it is not there any more."""
        try:
            pieces = self.storage.read(store_id, place, 0, size)
            try:
                yield from pieces
            finally:
                pieces.close()
        except NotFoundError as error:
            raise PermanentError("The file is not there any more.", code=error.code) from error

    @contextmanager
    def _picture(self, link: str) -> Iterator[tuple[BinaryIO, int, str]]:
        """Fetch a picture and check that it is one; gives file, size and type."""
        try:
            self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.scratch) as file:
                with aside():
                    answer = self.pictures.get(link, "", file, _PICTURE)
                if not answer.is_success:
                    raise TemporaryError("The picture is not there.", code=str(answer.status))
                size = file.tell()
                file.seek(0)
                mime_type = kept_type(Picture.kind, "", file.read(HEAD_BYTES))
                if mime_type not in _SENDABLE:
                    raise PermanentError("That is no picture to send.", code="wrong_type")
                file.seek(0)
                yield file, size, mime_type
        except OSError as error:
            raise StorageUnavailableError("There is no room for the picture.") from error


def _source(store: Store, going: Outgoing) -> str:
    """Name the file that is to be uploaded; empty when there is none."""
    if going.body.place:
        return going.body.place
    is_wanted = store.settings.picture_by == BY_UPLOAD and isinstance(going.content, Picture)
    return going.body.link if is_wanted else ""


def _is_left_out(store: Store, done: Outgoing) -> bool:
    is_uploaded = isinstance(done.content, WithFile) and bool(done.content.media_id)
    return bool(_source(store, done)) and not is_uploaded
