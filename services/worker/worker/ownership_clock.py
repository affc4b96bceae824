"""The clocks of ownership: who has waited too long, what a person has left, and what wakes.

Every worker process has one; an advisory lock lets one of them look at a time. The times are
the database's, the rules in 0021_ownership.sql and 0023_list.sql.
"""

from collections import Counter

import structlog
from sqlalchemy import Connection, text

from common import metrics, snoozing
from common.database import Database, announce_after_commit
from common.errors import StoreNotFoundError
from common.queues import Doorbells
from common.stores import Stores

_LOG = structlog.get_logger()
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('mostrador.ownership', 0))")
_WAITING = text("SELECT store_id FROM tell_of_waiting(:of_each_store)")
_SILENT = text("SELECT store_id, conversation_id FROM silent_conversations(:of_each_store)")
_OF_EACH_STORE = 50
_WOKEN_AT_ONCE = 500
_LINES = {
    "es": "El bot vuelve a atender: nadie del equipo escribió en {minutes} min.",
    "en": "The bot answers again: nobody of the team wrote for {minutes} min.",
}


class OwnershipClock:
    """Gives back and tells; a ticker calls `tick` every few seconds."""

    def __init__(self, database: Database, stores: Stores, doorbells: Doorbells) -> None:
        self._database = database
        self._stores = stores
        self._doorbells = doorbells

    def tick(self) -> int:
        """Do what is due; returns how many conversations went back to the bot.

        Raises DatabaseUnavailableError.
        """
        with self._database.everywhere() as connection:
            if not connection.scalar(_LOCK):
                return 0
            silent = connection.execute(_SILENT, {"of_each_store": _OF_EACH_STORE}).all()
            _tell_of_waiting(connection)
            _wake(connection)
        return sum(self._give_back(row.store_id, str(row.conversation_id)) for row in silent)

    def _give_back(self, store_id: str, conversation_id: str) -> bool:
        try:
            settings = self._stores.get(store_id).settings
        except StoreNotFoundError:
            return False  # its rows are going with it
        line = _LINES.get(settings.language, _LINES["es"])
        line = line.format(minutes=f"{settings.return_minutes:g}")
        (said,) = self._database.call(
            "return_to_bot", store_id, conversation_id, line, makes_events=True
        )
        if said.has_mail:
            self._doorbells.ring(store_id, [conversation_id])
        if said.is_returned:
            _LOG.info("given_back", store=store_id, has_mail=said.has_mail)
        return bool(said.is_returned)


def _wake(connection: Connection) -> None:
    for store_id, count in snoozing.wake_due(connection, _WOKEN_AT_ONCE).items():
        _LOG.info("woken", store=store_id, count=count)


def _tell_of_waiting(connection: Connection) -> None:
    told = Counter(connection.scalars(_WAITING, {"of_each_store": _OF_EACH_STORE}))
    for store_id, count in told.items():
        announce_after_commit(connection, store_id)
        metrics.handovers_waiting.labels(store_id).inc(count)
        _LOG.warning("handovers_waiting", store=store_id, count=count)
