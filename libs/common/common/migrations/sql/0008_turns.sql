-- Step 6 of a message's life, and its end: whose conversation it is, what is answered together.
--
-- Functions that are called on their own (`begin_turn`, `finish_turn`) bind the store first, so
-- that row-level security holds inside them, and run as the caller. The others are their parts;
-- their caller has bound the store. Lock order everywhere: lease, conversation, part, message,
-- inbox row.
--
-- synchronous_commit is off where a crash of the database cannot break a promise
-- (docs/decisions/0025). Such a crash could take back a fence that was given; so fences follow
-- the clock and none is ever given twice.

-- Takes the conversation unless a living holder has it; null then.
CREATE FUNCTION take_lease(
    of_store text, its_conversation uuid, its_holder text, seconds double precision)
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO leases AS held (store_id, conversation_id, holder, held_until, fence)
    VALUES (of_store, its_conversation, its_holder,
            clock_timestamp() + seconds * interval '1 second',
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    ON CONFLICT (store_id, conversation_id) DO UPDATE
    SET holder = excluded.holder, held_until = excluded.held_until,
        fence = greatest(held.fence + 1, excluded.fence)
    WHERE held.held_until < clock_timestamp()
    RETURNING held.fence INTO taken;
    RETURN taken;
END $$;

-- Locks the lease until the transaction ends; fails (ML001) when another took it.
CREATE FUNCTION check_lease(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM 1 FROM leases
    WHERE store_id = of_store AND conversation_id = its_conversation AND fence = its_fence
      AND holder = its_holder
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease was lost' USING ERRCODE = 'ML001';
    END IF;
END $$;

CREATE FUNCTION release_lease(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE leases SET held_until = '-infinity'
    WHERE store_id = of_store AND conversation_id = its_conversation AND fence = its_fence
      AND holder = its_holder;
END $$;

-- What the conversation waits for: a turn that has begun ends before anything else goes, also
-- before a replayed dead letter of an earlier place.
CREATE FUNCTION head_of(of_store text, its_conversation uuid)
RETURNS inbox LANGUAGE plpgsql STABLE AS $$
DECLARE
    begun uuid;
    head inbox;
BEGIN
    SELECT turn_id INTO begun FROM turns
    WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'open';
    IF FOUND THEN
        SELECT * INTO head FROM inbox
        WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
          AND turn_id = begun
        ORDER BY seq LIMIT 1;
        IF FOUND THEN
            RETURN head;
        END IF;
    END IF;
    SELECT * INTO head FROM inbox
    WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
    ORDER BY seq LIMIT 1;
    RETURN head;
END $$;

-- What a paused store's conversation has that is not held yet: it is shown, and held as well.
CREATE FUNCTION first_unheld(of_store text, its_conversation uuid)
RETURNS inbox LANGUAGE sql STABLE AS $$
    SELECT * FROM inbox
    WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
      AND due_at < 'infinity'
    ORDER BY seq LIMIT 1
$$;

-- In how many seconds there is something to do, 0 for now; null when nothing is or all is held.
CREATE FUNCTION next_due(of_store text, its_conversation uuid)
RETURNS double precision LANGUAGE plpgsql STABLE AS $$
DECLARE
    due timestamptz := (head_of(of_store, its_conversation)).due_at;
BEGIN
    IF due = 'infinity' THEN
        due := (first_unheld(of_store, its_conversation)).due_at;
    END IF;
    IF due IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN greatest(extract(epoch FROM due - clock_timestamp())::double precision, 0);
END $$;

-- The rows answered together with the head, in order: those of its turn, or the burst that has
-- come so far.
CREATE FUNCTION rows_with(head inbox, most_rows integer)
RETURNS TABLE (inbox_id uuid, attempts integer) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    IF head.turn_id IS NOT NULL THEN
        RETURN QUERY SELECT inbox_id, attempts FROM inbox
            WHERE store_id = head.store_id AND conversation_id = head.conversation_id
              AND state = 'pending' AND turn_id = head.turn_id
            ORDER BY seq LIMIT most_rows;
    ELSIF head.kind = 'command' THEN
        RETURN QUERY SELECT head.inbox_id, head.attempts;  -- a turn of its own
    ELSE
        RETURN QUERY SELECT inbox_id, attempts FROM inbox
            WHERE store_id = head.store_id AND conversation_id = head.conversation_id
              AND state = 'pending' AND seq >= head.seq AND seq < coalesce((
                SELECT min(seq) FROM inbox
                WHERE store_id = head.store_id AND conversation_id = head.conversation_id
                  AND state = 'pending' AND seq > head.seq
                  AND (kind <> 'message' OR turn_id IS NOT NULL)), head.seq + 1000000)
            ORDER BY seq LIMIT most_rows;
    END IF;
END $$;

-- Makes or resumes the head's turn and counts its attempt; no row when nothing is due.
--
-- What was held is due as soon as its store is active, in its order. While the store is paused,
-- what comes behind it is taken up for itself: to be shown and held.
--
-- The last attempt goes alone: of a burst that has reached it with nothing planned, only the
-- head stays, so that one message that kills its worker does not bury the others.
CREATE FUNCTION take_up(
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
    IF head.inbox_id IS NULL
        OR (head.due_at > clock_timestamp() AND head.due_at < 'infinity')
    THEN
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
        UPDATE turns SET state = 'open', fence = its_fence, finished_at = NULL
        WHERE store_id = of_store AND turn_id = its_turn;
    END IF;
    RETURN QUERY
        WITH counted AS (
            UPDATE inbox SET turn_id = its_turn, attempts = attempts + 1,
                due_at = least(due_at, clock_timestamp())
            WHERE store_id = of_store AND inbox_id = ANY (chosen) RETURNING *)
        SELECT * FROM counted ORDER BY seq;
END $$;

-- Takes the lease and takes up the turn. One row for each message of the turn; one row with
-- nothing but `wait` when the head is not due or somebody else has the conversation; none when
-- nothing is pending or all is held. Without a turn the lease is given back at once.
CREATE FUNCTION begin_turn(
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
        SELECT NULL::double precision, its_fence, mail.turn_id::text, mail.inbox_id::text,
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

-- Ends a turn and its rows: `done`, or `dead` with an event for each dead letter.
CREATE FUNCTION end_turn(
    of_store text, its_turn uuid, its_rows uuid[], its_state text, its_outcome text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE inbox SET state = its_state, outcome = its_outcome, finished_at = clock_timestamp()
    WHERE store_id = of_store AND inbox_id = ANY (its_rows);
    UPDATE turns SET state = its_state, outcome = its_outcome, finished_at = clock_timestamp()
    WHERE store_id = of_store AND turn_id = its_turn;
    IF its_state = 'dead' THEN
        PERFORM record_event(
            of_store, 'dead_letter', NULL,
            jsonb_build_object('dead_letter_id', each, 'reason', its_outcome))
        FROM unnest(its_rows) AS each;
    END IF;
END $$;

-- Ends a turn well and gives the conversation back; returns when its next mail is due.
CREATE FUNCTION finish_turn(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    its_rows uuid[], its_outcome text)
RETURNS double precision LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    PERFORM end_turn(of_store, its_turn, its_rows, 'done', its_outcome);
    PERFORM release_lease(of_store, its_conversation, its_holder, its_fence);
    RETURN next_due(of_store, its_conversation);
END $$;

-- What a paused store holds waits for ever, until the store is active again.
CREATE INDEX inbox_held ON inbox (store_id) WHERE due_at = 'infinity' AND state = 'pending';

-- Makes what active stores still hold due, in any store; returns how many rows. They are due since
-- longer than the sweeper's grace, so that the sweep that follows rings them.
CREATE FUNCTION resume_held() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    resumed integer;
BEGIN
    WITH held AS (
        SELECT store_id, inbox_id FROM inbox JOIN stores USING (store_id)
        WHERE inbox.state = 'pending' AND inbox.due_at = 'infinity' AND stores.status = 'active'
        LIMIT 5000  -- a long pause must not outlast the statement, and with it the sweeper
        FOR NO KEY UPDATE OF inbox SKIP LOCKED)
    UPDATE inbox SET due_at = clock_timestamp() - interval '3 seconds' FROM held
    WHERE inbox.store_id = held.store_id AND inbox.inbox_id = held.inbox_id;
    GET DIAGNOSTICS resumed = ROW_COUNT;
    RETURN resumed;
END $$;
