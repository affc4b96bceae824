"""Fetches what customers' messages brought, beside the turns and in threads of its own.

A turn expects media and goes on; the desk's threads claim what is due, fetch it, keep it and say
so. A ticker wakes them for what was put off and for what a killed process had claimed, and keeps
the claims of this one alive. One of the places that catch everything: a file that breaks us must
still come to a visible end, and must not take the worker with it.
"""

import random
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from common import attachments, media, metrics
from common.database import Database
from common.errors import (
    DatabaseUnavailableError,
    PermanentError,
    ServiceError,
    StoreNotFoundError,
    TemporaryError,
)
from common.logs import traceback_of
from common.media import ClaimedMedia, ExpectedMedia
from common.storage import Storage, StorageUnavailableError
from common.stores import Stores
from worker.media_fetching import MediaFetching, WaitsForTokenError, WrongContentError

_LOG = structlog.get_logger()
# A claim is renewed with each tick, and outlives some that are missed.
_LEAST_CLAIM_SECONDS, _TICKS_PER_CLAIM = 20.0, 4
_MOST_ATTEMPTS = 8
# 30 s, 2 min, 8 min … and never beyond half a day: nearly a day in all.
_FIRST_WAIT_SECONDS, _WAIT_GROWS, _LONGEST_WAIT_SECONDS = 30.0, 4.0, 43_200.0
_LIFE = timedelta(days=7)  # whatsapp.md 1.3: of a media id
# Not the media's fault, and not counted.
_OURS = (WaitsForTokenError, StorageUnavailableError, DatabaseUnavailableError)
_OURS_SECONDS = 30.0


@dataclass(frozen=True)
class Fetcher:
    """What becomes of one claim."""

    database: Database
    stores: Stores
    storage: Storage
    fetching: MediaFetching
    scratch: Path  # a folder for files that are on their way

    def take(self, claimed: ClaimedMedia) -> None:
        """Bring a claim to its end: ready, put off or failed. Raises DatabaseUnavailableError."""
        try:
            self._fetch(claimed)
        except StoreNotFoundError:
            return  # its rows are going with it
        except TemporaryError as error:
            self._put_off(claimed, error)
        except PermanentError as error:
            self._fail(claimed, error.code)
        except OSError:
            self._put_off(claimed, StorageUnavailableError("There is no room for the file."))

    def _fetch(self, claimed: ClaimedMedia) -> None:
        if claimed.expected_at + _LIFE < datetime.now(UTC):
            raise PermanentError("WhatsApp has it no more.", code="expired")
        if claimed.attempts > _MOST_ATTEMPTS:
            raise PermanentError("No attempt came to an end.", code=claimed.reason or "given_up")
        store = self.stores.get(claimed.store_id)
        with self._scratch_file() as file:
            token = self.stores.access_token(store)
            fetched = self.fetching.fetch(token, claimed, file)
            self.storage.keep(claimed.store_id, claimed.place, file)
        if media.is_ready(self.database, claimed, fetched.mime_type, fetched.size):
            metrics.media_fetched.labels(claimed.store_id, "ready").inc()

    def _scratch_file(self) -> BinaryIO:
        """Open a file without a name: it goes with the process, however that ends."""
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self.scratch)

    def _put_off(self, claimed: ClaimedMedia, error: TemporaryError) -> None:
        is_ours = isinstance(error, _OURS)
        is_second = isinstance(error, WrongContentError) and claimed.reason == error.code
        if is_second or (not is_ours and claimed.attempts >= _MOST_ATTEMPTS):
            self._fail(claimed, error.code)
            return
        wait = _OURS_SECONDS if is_ours else _wait_after(claimed.attempts)
        seconds = max(wait, error.retry_after or 0.0)
        _LOG.info(
            "media_put_off", store=claimed.store_id, message=claimed.message_id, code=error.code
        )
        media.put_off(self.database, claimed, seconds, error.code, is_counted=not is_ours)
        metrics.media_fetched.labels(claimed.store_id, "put_off").inc()

    def remove_revoked(self, only: Sequence[str] | None) -> bool:
        """Remove one file of a message that was deleted; False when there is none."""
        revoked = media.claim_revoked(self.database, only)
        if revoked is None:
            return False
        self.storage.remove(revoked.store_id, revoked.place)
        media.forget_revoked(self.database, revoked)
        return True

    def remove_unused(self, only: Sequence[str] | None) -> bool:
        """Remove one file that an agent added and never sent; False when there is none."""
        unused = attachments.claim_unused(self.database, only)
        if unused is None:
            return False
        self.storage.remove(unused.store_id, unused.place)
        attachments.forget(self.database, unused)
        return True

    def _fail(self, claimed: ClaimedMedia, reason: str) -> None:
        _LOG.warning(
            "media_failed", store=claimed.store_id, message=claimed.message_id, code=reason
        )
        if media.has_failed(self.database, claimed, reason):
            metrics.media_fetched.labels(claimed.store_id, "failed").inc()
            self.storage.remove(claimed.store_id, claimed.place)


class MediaDesk:
    """Threads that fetch, and the ticker's work."""

    def __init__(
        self, fetcher: Fetcher, own_stores: Sequence[str], tick_seconds: float, threads: int = 3
    ) -> None:
        """Serve every store, or those of a dedicated worker.

        One store never has all the threads: the last is for another's.
        """
        self._fetcher = fetcher
        self._claim_seconds = max(_LEAST_CLAIM_SECONDS, _TICKS_PER_CLAIM * tick_seconds)
        self._database = fetcher.database
        self._only = tuple(own_stores) or None
        self._most_of_one = max(threads - 1, 1)
        self._changed = threading.Condition()
        self._wakes = 0
        self._stopped = False
        self._claiming = threading.Lock()
        self._under_way: dict[int, ClaimedMedia] = {}  # by thread
        self._threads = [
            threading.Thread(target=self._run, name=f"media-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for each in self._threads:
            each.start()

    def rest(self) -> None:
        """Claim nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def hand_back(self) -> None:
        """Leave what is under way to others, at once and uncounted; for a process that ends."""
        for left in self._held():
            media.put_off(self._database, left, 0.0, left.reason, is_counted=False)

    def expect(self, store_id: str, brought: Sequence[ExpectedMedia]) -> None:
        """Write down what a turn's messages brought, and see to it soon."""
        if brought and media.expect(self._database, store_id, brought):
            self.wake()

    def wake(self) -> None:
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def tick(self) -> None:
        """Keep the claims of what is under way, and look for what nobody was woken for."""
        for each in self._held():
            media.renew(self._database, each, self._claim_seconds)
        self.wake()

    def _run(self) -> None:
        seen = 0
        while not self._stopped:
            if not self._take_one():
                seen = self._wait(seen)

    def _wait(self, seen: int) -> int:
        """Wait for a wake that came after the one seen last."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._wakes != seen)
            return self._wakes

    def _take_one(self) -> bool:
        """Fetch one file, or remove one; False when there is nothing to do now."""
        claimed: ClaimedMedia | None = None
        try:
            claimed = self._claim()
            if claimed is None:
                removes = self._fetcher.remove_revoked, self._fetcher.remove_unused
                return any(remove(self._only) for remove in removes)
            self._fetcher.take(claimed)
        except ServiceError as error:
            _LOG.warning("media_waits", code=error.code)
            return False
        except Exception as error:  # noqa: BLE001  # a door: one file must not end its thread
            _LOG.error("media_broke", **traceback_of(error))
            return False
        finally:
            with self._claiming:
                self._under_way.pop(threading.get_ident(), None)
        return True

    def _claim(self) -> ClaimedMedia | None:
        """Claim for this thread, unless the others are all at the same store's files."""
        with self._claiming:
            stores = Counter(each.store_id for each in self._under_way.values())
            busy = [store for store, count in stores.items() if count >= self._most_of_one]
            claimed = media.claim(self._database, self._claim_seconds, busy, self._only)
            if claimed is not None:
                self._under_way[threading.get_ident()] = claimed
            return claimed

    def _held(self) -> list[ClaimedMedia]:
        with self._claiming:
            return list(self._under_way.values())


def _wait_after(attempts: int) -> float:
    """Wait longer after each attempt; not all at the same time when many were put off."""
    longest = min(_FIRST_WAIT_SECONDS * _WAIT_GROWS ** (attempts - 1), _LONGEST_WAIT_SECONDS)
    return longest * random.uniform(0.8, 1.2)  # noqa: S311  # jitter, not a secret
