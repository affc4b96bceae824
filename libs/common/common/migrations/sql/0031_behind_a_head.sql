-- Steps 5 to 7: what is behind a head that waits is shown, also when who was to show it is gone.

-- Whether agents were perhaps not shown a pending row yet: no turn has it, or somebody took it up
-- only to show it and did not come to the end. Asked of rows behind a head that waits, by who has
-- the lease or sees that nobody has.
CREATE FUNCTION is_unseen(mail inbox) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT mail.kind = 'message' AND (
        (mail.turn_id IS NULL AND mail.outcome IN ('', 'postponed'))
        OR (mail.turn_id IS NOT NULL AND mail.outcome = 'shown'))
$$;

-- What a customer wrote while their conversation waits for another attempt, its pace, a status or a
-- resend's time: it is taken up once to be shown, for agents see every word at once, and goes
-- behind again. If its worker is lost meanwhile it is taken up again.
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
          AND is_unseen(inbox) AND due_at <= clock_timestamp()
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

-- What an agent says goes behind what is held of theirs, also where only the bot is paused. What is
-- only sent again has no place to keep, and a note is not sent.
CREATE FUNCTION hold_behind_held(of_store text, its_conversation uuid)
RETURNS void LANGUAGE sql VOLATILE AS $$
    WITH words AS (
        SELECT inbox_id, seq, due_at FROM inbox
        WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
          AND kind = 'command' AND event_id NOT LIKE 'resend|%' AND event_id NOT LIKE 'note|%')
    UPDATE inbox SET due_at = 'infinity' FROM words
    WHERE inbox.store_id = of_store AND inbox.inbox_id = words.inbox_id
      AND words.due_at < 'infinity' AND inbox.turn_id IS NULL
      AND words.seq > (SELECT min(seq) FROM words AS held WHERE held.due_at = 'infinity')
$$;

-- Makes or resumes the head's turn and counts its attempt; no row when nothing is due. What is
-- behind a head that waits, a turn or a command with a time of its own, is taken up to be shown.
--
-- A turn's rows go by the second in which they were written, and within it as they came (0012).
-- What was held is due as soon as its store is active, in its order; in a paused store what comes
-- behind it is taken up for itself, to be shown and held.
--
-- The last attempt goes alone: of a burst that has reached it with nothing planned, only the
-- head stays. Whose last attempt came to an end gets one more, however few its store allows by
-- now: it did not kill its worker.
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
        PERFORM hold_behind_held(of_store, its_conversation);
        head := first_unheld(of_store, its_conversation);
    END IF;
    IF head.inbox_id IS NULL THEN
        RETURN;
    END IF;
    IF head.due_at > clock_timestamp() AND head.due_at < 'infinity' THEN
        IF head.turn_id IS NOT NULL OR head.kind = 'command' THEN
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
            UPDATE inbox SET turn_id = its_turn, attempts = CASE
                    WHEN outcome = 'postponed' OR (outcome = 'shown' AND turn_id IS NULL)
                        THEN least(attempts + 1, greatest(most_attempts, 1))
                    ELSE attempts + 1 END,
                due_at = least(due_at, clock_timestamp()), outcome = ''
            WHERE store_id = of_store AND inbox_id = ANY (chosen) RETURNING *)
        SELECT * FROM counted
        ORDER BY date_trunc('second', coalesce(sent_at, received_at)), seq;
END $$;

-- What has waited too long without a live lease: the sweeper rings these again (promise P8). What a
-- paused store holds waits for nobody. Behind a head that waits, what nobody was shown is late: one
-- pass over the index of what is pending, and a look at the few rows that are behind such a head.
CREATE OR REPLACE FUNCTION overdue_conversations(grace_seconds double precision, of_each_store integer)
RETURNS TABLE (store_id text, conversation_id uuid, overdue_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT late.store_id, late.conversation_id,
           extract(epoch FROM clock_timestamp() - late.due_at)::double precision
    FROM (
        SELECT first.store_id, first.conversation_id, first.due_at,
               row_number() OVER (PARTITION BY first.store_id ORDER BY first.due_at) AS place
        FROM (
            SELECT DISTINCT ON (store_id, conversation_id) store_id, conversation_id, due_at
            FROM (
                SELECT store_id, conversation_id, seq, due_at, first_value(due_at) OVER (
                    PARTITION BY store_id, conversation_id ORDER BY seq) AS head_due
                FROM inbox
                WHERE state = 'pending' AND conversation_id IS NOT NULL AND due_at < 'infinity'
            ) AS waiting
            WHERE due_at < clock_timestamp() - grace_seconds * interval '1 second'
              AND (head_due < clock_timestamp() - grace_seconds * interval '1 second'
                OR (head_due > clock_timestamp() AND EXISTS (
                    SELECT 1 FROM inbox AS mail
                    WHERE mail.store_id = waiting.store_id
                      AND mail.conversation_id = waiting.conversation_id
                      AND mail.seq = waiting.seq AND is_unseen(mail))))
            ORDER BY store_id, conversation_id, seq
        ) AS first
        LEFT JOIN leases USING (store_id, conversation_id)
        WHERE leases.held_until IS NULL OR leases.held_until < clock_timestamp()
    ) AS late
    WHERE late.place <= of_each_store  -- one store's backlog must not hide another's
$$;

-- Gives back a turn that its process will not finish because it was asked to stop: that is not the
-- message's fault, so the attempt is not counted. The fence moves on: what the process still tries
-- under its own is refused.
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
          AND turns.conversation_id = its_conversation AND (turns.state = 'open' OR inbox.outcome = 'shown')
          AND turns.fence = its_fence;
    END IF;
END $$;
