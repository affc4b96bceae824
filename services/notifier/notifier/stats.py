"""A store's numbers of this moment, for the console's front page."""

from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from common.database import Database
from common.errors import InvalidRequestError
from common.openapi import Blueprint
from common.queues import Doorbells
from notifier.parts import parts, store_of_path
from notifier.schemas.stores import StatsQuerySchema, StatsSchema
from notifier.wire import instant

blueprint = Blueprint("stats", __name__, description="A store's numbers.")

_SESSIONS = text(
    """
    SELECT count(*) FILTER (WHERE resolved) AS resolved,
           count(*) FILTER (WHERE NOT resolved AND owner = 'bot') AS bot,
           count(*) FILTER (WHERE NOT resolved AND owner = 'queue') AS handover,
           count(*) FILTER (WHERE NOT resolved AND owner = 'agent') AS human,
           min(waiting_since) FILTER (WHERE owner = 'queue') AS longest_waiting_since
    FROM conversations WHERE store_id = :store_id AND session_id IS NOT NULL
    """
)
_DEAD = text(
    "SELECT count(*) FROM inbox WHERE store_id = :store_id AND state = 'dead' AND kind <> 'status'"
)
# Only conversations with something new today are looked into: messages have no index by time.
_ANSWERED = text(
    """
    WITH today AS (SELECT date_trunc('day', now(), :time_zone) AS began)
    SELECT count(*) FILTER (WHERE role = 'assistant') AS assistant,
           count(*) FILTER (WHERE role = 'agent') AS agent
    FROM today
    JOIN conversations ON conversations.store_id = :store_id
        AND conversations.last_message_at >= today.began
    JOIN messages USING (store_id, conversation_id)
    WHERE messages.created_at >= today.began AND messages.status NOT IN ('failed', 'cancelled')
    """
)


@dataclass(frozen=True)
class Stats:
    """What the answer shows; the depth is None while the queue cannot be reached."""

    sessions: dict[str, int]
    waiting: int
    longest_waiting_since: str | None
    dead_letters: int
    answered_today: dict[str, int]
    queue_depth: int | None


@blueprint.route("/api/stores/<store_id>/stats", methods=["GET"])
@blueprint.arguments(StatsQuerySchema, location="query")
@blueprint.response(200, StatsSchema)
def show_stats(asked: dict[str, str], store_id: str) -> Stats:
    """Count what is under way."""
    store = store_of_path(store_id)
    return _read(
        parts().database, store.store_id, asked["time_zone"], _depth(parts().doorbells, store_id)
    )


def _read(database: Database, store_id: str, time_zone: str, depth: int | None) -> Stats:
    with database.store(store_id) as connection:
        sessions: Any = connection.execute(_SESSIONS, {"store_id": store_id}).one()
        dead = connection.scalar(_DEAD, {"store_id": store_id}) or 0
        answered = _answered_today(connection, store_id, time_zone)
    statuses = ("bot", "handover", "human", "resolved")
    return Stats(
        sessions={name: getattr(sessions, name) for name in statuses},
        waiting=sessions.handover,
        longest_waiting_since=instant(sessions.longest_waiting_since),
        dead_letters=int(dead),
        answered_today=answered,
        queue_depth=depth,
    )


def _answered_today(connection: Connection, store_id: str, time_zone: str) -> dict[str, int]:
    try:
        row: Any = connection.execute(
            _ANSWERED, {"store_id": store_id, "time_zone": time_zone}
        ).one()
    except DataError as error:
        raise InvalidRequestError("There is no such time zone.") from error
    return {"assistant": row.assistant, "agent": row.agent}


def _depth(doorbells: Doorbells, store_id: str) -> int | None:
    try:
        return doorbells.depth(store_id)
    except redis.RedisError:
        return None
