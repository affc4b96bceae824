-- Events are rows of the transaction that made the change, unnumbered, so that writers of one
-- store never queue on a counter. A sequencer numbers committed rows without gaps.
CREATE TABLE events (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    event_id uuid NOT NULL DEFAULT uuidv7(),
    seq bigint,
    type text NOT NULL,
    session_id uuid,
    refs jsonb NOT NULL DEFAULT '{}',   -- ids and codes only, never text
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, event_id)
);
CREATE UNIQUE INDEX events_by_seq ON events (store_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_unnumbered ON events (store_id, event_id) WHERE seq IS NULL;

CREATE TABLE event_heads (
    store_id text PRIMARY KEY REFERENCES stores ON DELETE CASCADE,
    last_seq bigint NOT NULL DEFAULT 0
);

SELECT guard_by_store(each::regclass) FROM unnest(ARRAY['events', 'event_heads']) AS each;

-- Numbers what is committed and unnumbered; returns the store's head. One at a time by an
-- advisory lock: each statement after it sees what the former holder committed.
CREATE FUNCTION sequence_events(of_store text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = public, pg_temp AS $$
DECLARE
    head bigint;
    numbered bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('events:' || of_store, 0));
    INSERT INTO event_heads (store_id) VALUES (of_store) ON CONFLICT DO NOTHING;
    SELECT last_seq INTO head FROM event_heads WHERE store_id = of_store;
    WITH fresh AS (
        SELECT event_id, row_number() OVER (ORDER BY event_id) AS place
        FROM events WHERE store_id = of_store AND seq IS NULL
    )
    UPDATE events SET seq = head + fresh.place FROM fresh
    WHERE events.store_id = of_store AND events.event_id = fresh.event_id;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        UPDATE event_heads SET last_seq = head + numbered WHERE store_id = of_store;
    END IF;
    RETURN head + numbered;
END $$;

CREATE FUNCTION stores_with_unnumbered_events() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT DISTINCT store_id FROM events WHERE seq IS NULL $$;
