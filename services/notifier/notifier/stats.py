"""A store's numbers, for the console's supervisor page: of this moment, of today, by the hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from sqlalchemy import Connection, text

from common.openapi import Blueprint
from common.queues import Doorbells
from common.stores import Store
from notifier.day_figures import HOURS, DayFigures
from notifier.parts import parts, store_of_path
from notifier.schemas.stats import StatsQuerySchema, StatsSchema
from notifier.wire import instant

blueprint = Blueprint("stats", __name__, description="A store's numbers.")

_QUIET = {"customers": 0, "bot": 0, "people": 0, "failed": 0}
_PACE_MINUTES = 5
# Asked anew each time: every part begins with the store and reads what is under way alone.
_NOW = text(
    """
    SELECT waiting.*, pending.*, parts.*,
        (SELECT count(*) FROM inbox
            WHERE store_id = :store_id AND state = 'dead' AND kind <> 'status') AS dead,
        (SELECT count(*) FROM turns WHERE store_id = :store_id
            AND turn_id >= uuidv7(make_interval(mins => -:minutes))
            AND state <> 'open' AND outcome NOT IN ('held', 'shown')) AS ended
    FROM (SELECT count(*) AS waiting, min(waiting_since) AS waiting_since FROM conversations
            WHERE store_id = :store_id AND owner = 'queue' AND NOT resolved AND NOT snoozed
              AND waiting_since IS NOT NULL AND session_id IS NOT NULL) AS waiting,
        (SELECT count(*) FILTER (WHERE due_at = 'infinity' AND NOT EXISTS (
                    SELECT 1 FROM outbox AS part
                    WHERE part.store_id = :store_id AND state IN ('ready', 'retry')
                      AND part.conversation_id = inbox.conversation_id
                      AND (part.turn_id = inbox.turn_id OR starts_with(
                        inbox.event_id, 'resend|' || part.outbox_id || '|')))) AS held,
                extract(epoch FROM clock_timestamp() - min(received_at)
                    FILTER (WHERE due_at <= clock_timestamp()))::bigint AS oldest_seconds
            FROM inbox WHERE store_id = :store_id AND state = 'pending'
              AND conversation_id IS NOT NULL) AS pending,
        (SELECT count(*) FILTER (WHERE state IN ('ready', 'retry')) AS unsent,
                count(*) FILTER (WHERE state = 'unknown') AS unknown
            FROM outbox WHERE store_id = :store_id
              AND state IN ('ready', 'sending', 'retry', 'unknown')) AS parts
    """
)
_STANDING = text("SELECT status, paused_reason FROM stores WHERE store_id = :store_id")


@dataclass(frozen=True)
class Stats:
    """What the answer shows; the depth is None while the queue cannot be reached."""

    counted_at: str | None
    sessions: dict[str, int]
    waiting: int
    longest_waiting_since: str | None
    dead_letters: int
    answered_today: dict[str, int]
    queue_depth: int | None
    queue: dict[str, float | None]
    sends: dict[str, int]
    paused: dict[str, str] | None
    conversations_answered_today: int
    bot_solved: dict[str, int]
    response_seconds: dict[str, dict[str, float] | None]
    hours: list[dict[str, Any]]


@blueprint.route("/api/stores/<store_id>/stats", methods=["GET"])
@blueprint.arguments(StatsQuerySchema, location="query")
@blueprint.response(200, StatsSchema)
def show_stats(asked: dict[str, str], store_id: str) -> Stats:
    """Count what is under way, and what the last 24 hours brought."""
    store = store_of_path(store_id)
    depth = _depth(parts().doorbells, store.store_id)
    day = parts().days.read(store.store_id, asked["time_zone"])
    with parts().database.store(store.store_id) as connection:
        return _stats(connection, store, day, depth)


def _stats(connection: Connection, store: Store, day: DayFigures, depth: int | None) -> Stats:
    asked = {"store_id": store.store_id}
    now: Any = connection.execute(_NOW, asked | {"minutes": _PACE_MINUTES}).one()
    standing: Any = connection.execute(_STANDING, asked).one()
    is_paused = standing.status == "paused"
    return Stats(
        counted_at=instant(day.counted_at),
        sessions=day.standing,
        waiting=now.waiting,
        longest_waiting_since=instant(now.waiting_since),
        dead_letters=now.dead,
        answered_today={"assistant": day.answered_by_bot, "agent": day.answered_by_people},
        queue_depth=depth,
        queue={
            "per_minute": now.ended / _PACE_MINUTES,
            "most_per_minute": store.settings.rate * 60,
            "oldest_seconds": now.oldest_seconds,
        },
        sends={"waiting": now.unsent, "unconfirmed": now.unknown, "held": now.held},
        paused={"reason": standing.paused_reason} if is_paused else None,
        conversations_answered_today=day.conversations_answered,
        bot_solved={"ended": day.sessions_ended, "solved": day.bot_solved},
        response_seconds={
            "bot": _spread(day.bot_seconds),
            "people": _spread(day.people_seconds),
        },
        hours=[_hour(day, day.first_hour + timedelta(hours=each)) for each in range(HOURS)],
    )


def _spread(seconds: tuple[float, float] | None) -> dict[str, float] | None:
    return None if seconds is None else {"median": seconds[0], "p90": seconds[1]}


def _hour(day: DayFigures, began_at: datetime) -> dict[str, Any]:
    key = str(int(began_at.astimezone(UTC).timestamp()))
    return {"began_at": instant(began_at)} | day.by_hour.get(key, _QUIET)


def _depth(doorbells: Doorbells, store_id: str) -> int | None:
    try:
        return doorbells.depth(store_id)
    except redis.RedisError:
        return None
