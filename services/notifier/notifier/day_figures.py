"""What was written to and from a store in the last day, counted in one pass.

Read from what was said, not from counters on the way of every message: a store is counted when
somebody looks, as often as `days_kept` allows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from common.errors import InvalidRequestError

HOURS = 24
_LONGEST_TALK = 200  # messages of one conversation that are looked at
_MOST_TALKS = 10_000  # conversations that are, the latest first

# Asked from the newest conversations into each one's newest messages, both by an index that is
# there: messages have none by time, which every message would have to pay for.
# A wait begins with the customer's first word that nobody has answered; a line with which the
# bot hands over answers nothing. What was resolved, or given back to the bot, without an answer
# waits no longer: the next word begins anew, and the bot has none of a person's hours.
# A session is the bot's own when it answered, it was nobody else's, no person wrote, and it is
# over: resolved, followed by another, or quiet for half an hour.
_SAID = text(
    """
    WITH span AS MATERIALIZED (
        SELECT date_trunc('hour', now()) - interval '23 hours' AS first_hour,
               date_trunc('day', now(), :time_zone) AS midnight
    ), active AS MATERIALIZED (
        SELECT conversation_id, last_position, session_id, resolved, owner
        FROM conversations
        WHERE store_id = :store_id
          AND last_message_at >= (SELECT least(first_hour, midnight) FROM span)
        ORDER BY last_message_at DESC LIMIT :most_talks
    ), said AS MATERIALIZED (
        SELECT active.conversation_id, message.session_id, position, role, created_at, message_id,
               status IN ('failed', 'cancelled') AS is_lost
        FROM active CROSS JOIN LATERAL (
            SELECT * FROM messages
            WHERE store_id = :store_id AND conversation_id = active.conversation_id
              AND position > active.last_position - :longest_talk
              AND created_at >= (SELECT least(first_hour, midnight) FROM span)
              AND role IN ('user', 'assistant', 'agent')
              AND kind NOT IN ('note', 'release_note')) AS message
    ), handing AS MATERIALIZED (
        SELECT outbox_id AS message_id FROM turns JOIN outbox USING (store_id, turn_id)
        WHERE store_id = :store_id AND outcome = 'handed_over'
          AND turn_id >= uuidv7((SELECT least(first_hour, midnight) FROM span) - now())
    ), told AS (
        SELECT said.*, handing.message_id IS NOT NULL AS hands_over,
               role <> 'user' AND handing.message_id IS NULL AS answers
        FROM said LEFT JOIN handing USING (message_id) WHERE NOT is_lost
    ), moves AS MATERIALIZED (
        SELECT talk.session_id, created_at, status IN ('handover', 'human') AS is_persons,
               status = 'resolved' OR status = 'bot' AND reason NOT IN ('SNOOZED', 'AWAKE')
                   AS is_back
        FROM (SELECT DISTINCT session_id FROM told) AS talk CROSS JOIN LATERAL (
            SELECT created_at, refs ->> 'status' AS status,
                   coalesce(refs ->> 'reason', '') AS reason
            FROM events
            WHERE store_id = :store_id AND session_id = talk.session_id
              AND type = 'session_update'
            ORDER BY created_at DESC LIMIT :longest_talk) AS event
    ), steps AS (
        SELECT session_id, created_at, position, role, answers, answers AS ends FROM told
        UNION ALL
        SELECT session_id, created_at, NULL, '', false, true FROM moves WHERE is_back
    ), ordered AS (
        SELECT *, count(*) FILTER (WHERE ends) OVER (
            PARTITION BY session_id ORDER BY created_at, position
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stretch
        FROM steps
    ), waits AS (
        SELECT max(role) FILTER (WHERE answers) AS by_role,
               max(created_at) FILTER (WHERE answers) AS answered_at,
               greatest(0, extract(epoch FROM max(created_at) FILTER (WHERE answers)
                   - min(created_at) FILTER (WHERE role = 'user'))) AS seconds
        FROM ordered GROUP BY session_id, stretch
        HAVING bool_or(answers) AND bool_or(role = 'user')
    ), talks AS (
        SELECT conversation_id, session_id, bool_or(role = 'assistant') AS has_bot,
               bool_or(role = 'agent' OR hands_over) AS has_person,
               max(created_at) AS last_at
        FROM told GROUP BY conversation_id, session_id HAVING bool_or(role = 'user')
    ), ended AS (
        SELECT count(*) AS sessions, count(*) FILTER (WHERE has_bot AND NOT has_person
            AND (active.session_id <> talks.session_id OR owner = 'bot')
            AND talks.session_id NOT IN (SELECT session_id FROM moves WHERE is_persons)) AS solved
        FROM talks JOIN active USING (conversation_id)
        WHERE active.session_id <> talks.session_id OR resolved
           OR last_at < now() - interval '30 minutes'
    ), standing AS (
        SELECT count(*) FILTER (WHERE resolved) AS resolved,
               count(*) FILTER (WHERE NOT resolved AND owner = 'bot') AS bot,
               count(*) FILTER (WHERE NOT resolved AND owner = 'queue') AS handover,
               count(*) FILTER (WHERE NOT resolved AND owner = 'agent') AS human
        FROM conversations WHERE store_id = :store_id AND session_id IS NOT NULL
    ), hours AS (
        SELECT date_bin('1 hour', created_at, first_hour) AS hour,
               count(*) FILTER (WHERE role = 'user') AS customers,
               count(*) FILTER (WHERE role = 'assistant' AND NOT is_lost) AS bot,
               count(*) FILTER (WHERE role = 'agent' AND NOT is_lost) AS people,
               count(*) FILTER (WHERE is_lost) AS failed
        FROM said CROSS JOIN span WHERE created_at >= first_hour GROUP BY 1
    ), pace AS (
        SELECT date_bin('1 hour', answered_at, first_hour) AS hour,
               percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY seconds)
                   FILTER (WHERE by_role = 'assistant') AS bot_median,
               percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY seconds)
                   FILTER (WHERE by_role = 'agent') AS people_median
        FROM waits CROSS JOIN span WHERE answered_at >= first_hour GROUP BY 1
    )
    SELECT now() AS counted_at, first_hour,
        (SELECT row_to_json(standing) FROM standing) AS standing,
        (SELECT count(*) FROM told WHERE role = 'assistant' AND created_at >= midnight)
            AS bot_today,
        (SELECT count(*) FROM told WHERE role = 'agent' AND created_at >= midnight)
            AS people_today,
        (SELECT count(DISTINCT conversation_id) FROM told
            WHERE role <> 'user' AND created_at >= midnight) AS talks_today,
        (SELECT sessions FROM ended) AS sessions_ended, (SELECT solved FROM ended) AS bot_solved,
        (SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
            FROM waits WHERE by_role = 'assistant') AS bot_seconds,
        (SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
            FROM waits WHERE by_role = 'agent') AS people_seconds,
        (SELECT coalesce(jsonb_object_agg(extract(epoch FROM hour)::bigint, jsonb_build_object(
            'customers', customers, 'bot', bot, 'people', people, 'failed', failed,
            'bot_seconds', bot_median[1], 'people_seconds', people_median[1])), '{}')
            FROM hours LEFT JOIN pace USING (hour)) AS by_hour
    FROM span
    """
)


@dataclass(frozen=True)
class DayFigures:
    """The last 24 hours by the hour, and today's sums."""

    counted_at: datetime
    standing: dict[str, int]  # conversations by whose they are
    first_hour: datetime
    answered_by_bot: int
    answered_by_people: int
    conversations_answered: int
    sessions_ended: int
    bot_solved: int
    bot_seconds: tuple[float, float] | None  # median and ninetieth percentile
    people_seconds: tuple[float, float] | None
    by_hour: dict[str, dict[str, Any]]  # keyed by the hour's seconds since 1970; quiet hours lack


def read_day(connection: Connection, store_id: str, time_zone: str) -> DayFigures:
    """Count a store's last 24 hours; raises InvalidRequestError for an unknown time zone."""
    values = {"store_id": store_id, "time_zone": time_zone}
    bounds = {"longest_talk": _LONGEST_TALK, "most_talks": _MOST_TALKS}
    try:
        row: Any = connection.execute(_SAID, values | bounds).one()
    except DataError as error:
        raise InvalidRequestError("There is no such time zone.") from error
    return DayFigures(
        counted_at=row.counted_at,
        standing=row.standing,
        first_hour=row.first_hour,
        answered_by_bot=row.bot_today,
        answered_by_people=row.people_today,
        conversations_answered=row.talks_today,
        sessions_ended=row.sessions_ended,
        bot_solved=row.bot_solved,
        bot_seconds=tuple(row.bot_seconds) if row.bot_seconds else None,
        people_seconds=tuple(row.people_seconds) if row.people_seconds else None,
        by_hour=row.by_hour,
    )
