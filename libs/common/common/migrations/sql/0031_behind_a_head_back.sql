-- As in 0009 and 0017.
DROP FUNCTION hold_behind_held;

CREATE OR REPLACE FUNCTION take_behind(
    of_store text, its_conversation uuid, its_fence bigint, most_rows integer)
RETURNS SETOF inbox LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_turn uuid;
    chosen uuid[];
BEGIN
    SELECT array_agg(inbox_id) INTO chosen FROM (
        SELECT inbox_id FROM inbox
        WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
          AND kind = 'message' AND turn_id IS NULL AND outcome = ''
          AND due_at <= clock_timestamp()
        ORDER BY seq LIMIT most_rows) AS unseen;
    IF chosen IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO turns (store_id, conversation_id, fence, state, outcome, finished_at)
    VALUES (of_store, its_conversation, its_fence, 'done', 'shown', clock_timestamp())
    RETURNING turn_id INTO its_turn;
    RETURN QUERY
        WITH counted AS (
            UPDATE inbox SET turn_id = its_turn, attempts = attempts + 1, outcome = 'shown'
            WHERE store_id = of_store AND inbox_id = ANY (chosen) RETURNING *)
        SELECT * FROM counted
        ORDER BY date_trunc('second', coalesce(sent_at, received_at)), seq;
END $$;

CREATE OR REPLACE FUNCTION take_up(
    of_store text, its_conversation uuid, its_fence bigint, most_rows integer,
    most_attempts integer, is_paused boolean)
RETURNS SETOF inbox LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    head inbox := head_of(of_store, its_conversation);
    its_turn uuid;
    chosen uuid[];
    tried integer;
BEGIN
    IF head.due_at = 'infinity' AND is_paused THEN
        head := first_unheld(of_store, its_conversation);
    END IF;
    IF head.inbox_id IS NULL THEN
        RETURN;
    END IF;
    IF head.due_at > clock_timestamp() AND head.due_at < 'infinity' THEN
        IF head.turn_id IS NOT NULL THEN
            RETURN QUERY SELECT * FROM take_behind(
                of_store, its_conversation, its_fence, most_rows);
        END IF;
        RETURN;
    END IF;
    its_turn := head.turn_id;
    SELECT array_agg(inbox_id), max(attempts) INTO chosen, tried
    FROM rows_with(head, most_rows);
    IF cardinality(chosen) > 1 AND tried >= greatest(most_attempts - 1, 1) AND NOT EXISTS (
        SELECT 1 FROM outbox WHERE store_id = of_store AND turn_id = its_turn)
    THEN
        UPDATE inbox SET turn_id = NULL
        WHERE store_id = of_store AND inbox_id = ANY (chosen[2:]) AND turn_id IS NOT NULL;
        chosen := chosen[1:1];
    END IF;
    IF its_turn IS NULL THEN
        INSERT INTO turns (store_id, conversation_id, fence)
        VALUES (of_store, its_conversation, its_fence) RETURNING turn_id INTO its_turn;
    ELSE
        -- A turn that was only shown begins now: it stood behind the one before it.
        UPDATE turns SET
            state = 'open', fence = its_fence, finished_at = NULL, outcome = '',
            started_at = CASE outcome WHEN 'shown' THEN clock_timestamp() ELSE started_at END
        WHERE store_id = of_store AND turn_id = its_turn;
    END IF;
    RETURN QUERY
        WITH counted AS (
            UPDATE inbox SET turn_id = its_turn, attempts = attempts + 1,
                due_at = least(due_at, clock_timestamp()), outcome = ''
            WHERE store_id = of_store AND inbox_id = ANY (chosen) RETURNING *)
        SELECT * FROM counted
        ORDER BY date_trunc('second', coalesce(sent_at, received_at)), seq;
END $$;

CREATE OR REPLACE FUNCTION overdue_conversations(grace_seconds double precision, of_each_store integer)
RETURNS TABLE (store_id text, conversation_id uuid, overdue_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT late.store_id, late.conversation_id,
           extract(epoch FROM clock_timestamp() - late.due_at)::double precision
    FROM (
        SELECT head.store_id, head.conversation_id, head.due_at,
               row_number() OVER (PARTITION BY head.store_id ORDER BY head.due_at) AS place
        FROM (
            SELECT DISTINCT ON (store_id, conversation_id) store_id, conversation_id, due_at
            FROM inbox
            WHERE state = 'pending' AND conversation_id IS NOT NULL AND due_at < 'infinity'
            ORDER BY store_id, conversation_id, seq
        ) AS head
        LEFT JOIN leases USING (store_id, conversation_id)
        WHERE head.due_at < clock_timestamp() - grace_seconds * interval '1 second'
          AND (leases.held_until IS NULL OR leases.held_until < clock_timestamp())
    ) AS late
    WHERE late.place <= of_each_store  -- one store's backlog must not hide another's
$$;

CREATE OR REPLACE FUNCTION hand_back(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE leases SET held_until = '-infinity', fence = fence + 1
    WHERE store_id = of_store AND conversation_id = its_conversation AND fence = its_fence
      AND holder = its_holder AND held_until > '-infinity';
    IF FOUND THEN
        UPDATE inbox SET attempts = greatest(attempts - 1, 0)
        FROM turns
        WHERE inbox.store_id = of_store AND turns.store_id = of_store
          AND inbox.turn_id = turns.turn_id AND inbox.state = 'pending'
          AND turns.conversation_id = its_conversation AND turns.state = 'open'
          AND turns.fence = its_fence;
    END IF;
END $$;

DROP FUNCTION is_unseen;
