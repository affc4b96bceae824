"""How many conversations each tab of the list holds, and what an agent has not read.

Counted as `session_query` filters: the numbers beside the tabs are the lengths of the lists.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from common import events
from common.database import Database

MOST = 10_000  # the count of all stops here: more is said as `10,000+`
_COUNT = text(
    """
    SELECT (SELECT count(*) FROM (
                SELECT FROM conversations
                WHERE store_id = :store_id AND session_id IS NOT NULL LIMIT :most) AS every) AS all,
           count(*) FILTER (WHERE is_mine) AS mine,
           count(*) FILTER (WHERE is_waiting) AS waiting,
           (SELECT count(*) FROM conversations
            WHERE store_id = :store_id AND session_id IS NOT NULL AND snoozed) AS snoozed,
           coalesce(sum(unread) FILTER (WHERE is_mine OR is_waiting), 0) AS unread
    FROM (
        SELECT unread,
               owner = 'agent' AND agent_id = CAST(:agent_id AS uuid) AS is_mine,
               owner = 'queue' AND waiting_since IS NOT NULL AS is_waiting
        FROM conversations
        WHERE store_id = :store_id AND session_id IS NOT NULL AND owner <> 'bot' AND NOT snoozed
    ) AS of_people
    """
)


@dataclass(frozen=True)
class ListCounts:
    """The numbers as `agent_id` sees them; `unread` is messages of who waits and of one's own."""

    as_of_seq: int
    all: int
    mine: int
    waiting: int
    snoozed: int
    unread: int


def count_sessions(database: Database, store_id: str, agent_id: str) -> ListCounts:
    """Count, as of the store's present number of events."""
    events.sequence(database, store_id)
    with database.store(store_id) as connection:
        as_of_seq = events.head(connection, store_id)
        asked = {"store_id": store_id, "agent_id": agent_id, "most": MOST}
        row: Any = connection.execute(_COUNT, asked).mappings().one()
    return ListCounts(as_of_seq=as_of_seq, **row)
