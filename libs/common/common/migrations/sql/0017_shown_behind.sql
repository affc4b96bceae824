-- Steps 5 to 7: what comes behind a head that waits is shown meanwhile.

-- What a customer wrote while their conversation waits for another attempt, its pace or a status:
-- it is taken up once to be shown, for agents see every word at once, and goes behind again.
CREATE FUNCTION take_behind(
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

-- As in 0012, but what is behind a head that waits is shown meanwhile. The last attempt goes
-- alone: of a burst that has reached it with nothing planned, only the head stays.
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

-- As in 0008; the rows of a turn that is only to be shown have a `wait`: when the head is due.
CREATE OR REPLACE FUNCTION begin_turn(
    of_store text, its_conversation uuid, its_holder text, lease_seconds double precision,
    most_rows integer, most_attempts integer, is_paused boolean)
RETURNS TABLE (
    wait double precision, fence bigint, turn_id text, inbox_id text, kind text, event_id text,
    payload_sealed bytea, received_at timestamptz, sent_at timestamptz, attempts integer)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    its_fence bigint;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    its_fence := take_lease(of_store, its_conversation, its_holder, lease_seconds);
    IF its_fence IS NULL THEN
        -- When its holder is gone, the lease will have run out by then.
        SELECT extract(epoch FROM held_until - clock_timestamp())::double precision INTO wait
        FROM leases WHERE store_id = of_store AND conversation_id = its_conversation;
        wait := greatest(wait, 0.05);
        RETURN NEXT;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT CASE mail.outcome WHEN 'shown'
                   THEN coalesce(next_due(of_store, its_conversation), 0) END,
               its_fence, mail.turn_id::text, mail.inbox_id::text,
               mail.kind, mail.event_id, mail.payload_sealed, mail.received_at, mail.sent_at,
               mail.attempts
        FROM take_up(
            of_store, its_conversation, its_fence, most_rows, most_attempts, is_paused) AS mail;
    IF NOT FOUND THEN
        PERFORM release_lease(of_store, its_conversation, its_holder, its_fence);
        wait := next_due(of_store, its_conversation);
        IF wait IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END IF;
END $$;
