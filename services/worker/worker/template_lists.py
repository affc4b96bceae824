"""Keeps each store's list of message templates as WhatsApp has it.

A ticker looks for lists that are due: every hour, at once when somebody asked or a notice told
of a change, and when a store has another account or token. What cannot be read leaves the list
as it was and says why; that a token is refused pauses no store here: its sends will tell.
"""

import random
import threading
import time
from collections.abc import Sequence

import structlog

from common import message_templates, metrics
from common.database import Database
from common.errors import DatabaseUnavailableError, ServiceError, StoreNotFoundError
from common.message_templates import ClaimedList
from common.send_errors import rule_for
from common.stores import Stores
from worker.template_reading import ReadList, TemplateReading, TemplatesUnreadError

_LOG = structlog.get_logger()
_PERIOD_SECONDS = 3600.0
# WhatsApp counts 200 requests an hour of an account; a store has one a minute, so a list of
# several pages rests for as many minutes. A claim lasts as long, and a read a little less.
_REST_SECONDS = 60.0
_READ_SECONDS = 40.0
_MOST_A_TICK = 20
_FIRST_WAIT_SECONDS = 60.0


class TemplateLists:
    """Reads what is due; for one ticker."""

    def __init__(
        self,
        database: Database,
        stores: Stores,
        reading: TemplateReading,
        own_stores: Sequence[str],
    ) -> None:
        """Serve every store, or those of a dedicated worker."""
        self._database = database
        self._stores = stores
        self._reading = reading
        self._only = tuple(own_stores) or None
        self._resting = threading.Event()

    def tick(self) -> int:
        """Read some lists that are due; returns how many. Raises DatabaseUnavailableError."""
        for count in range(_MOST_A_TICK):
            claimed = None if self._resting.is_set() else self._claim()
            if claimed is None:
                return count
            self._take(claimed)
        return _MOST_A_TICK

    def rest(self) -> None:
        """Claim nothing more, and end the read that is under way after its page."""
        self._resting.set()

    def _claim(self) -> ClaimedList | None:
        return message_templates.claim(self._database, _REST_SECONDS, self._only)

    def _take(self, claimed: ClaimedList) -> None:
        end = time.monotonic() + _READ_SECONDS
        try:
            token = self._stores.access_token(self._stores.get(claimed.store_id))
            found = self._reading.read(
                token, claimed.waba_id, lambda: self._resting.is_set() or time.monotonic() > end
            )
            self._keep(claimed, found)
        except StoreNotFoundError:
            return  # its rows are going with it
        except DatabaseUnavailableError:
            raise
        except TemplatesUnreadError as error:
            self._put_off(claimed, error.code, error.pages, error.retry_after)
        except ServiceError as error:  # a token that does not open, or what no table can keep
            self._put_off(claimed, error.code)

    def _keep(self, claimed: ClaimedList, found: ReadList) -> None:
        problem = "" if found.is_whole else "too_many"
        rest = _REST_SECONDS * found.pages
        following = _PERIOD_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311  # not all at once
        if message_templates.keep(
            self._database, claimed, found.templates, problem, rest, following
        ):
            metrics.template_lists.labels(claimed.store_id, "read").inc()

    def _put_off(
        self, claimed: ClaimedList, code: str, pages: int = 1, retry_after: float | None = None
    ) -> None:
        """Try again later: each time later, and not before WhatsApp wants to be asked."""
        if self._resting.is_set():
            return  # its claim runs out, and another worker reads it
        _LOG.warning("templates_put_off", store=claimed.store_id, code=code)
        rest = max(_REST_SECONDS * max(pages, 1), retry_after or 0.0)
        wait = min(_FIRST_WAIT_SECONDS * 2.0 ** min(claimed.failures, 10), _PERIOD_SECONDS)
        if code.isdigit() and rule_for(code).pauses:
            wait = _PERIOD_SECONDS  # a new token makes it due at once
        message_templates.put_off(
            self._database,
            claimed,
            code,
            rest,
            wait * random.uniform(0.9, 1.1),  # noqa: S311
        )
        metrics.template_lists.labels(claimed.store_id, "put_off").inc()
