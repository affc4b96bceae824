-- Statuses, a batch at a time: a constant number of statements, whatever the batch holds.
--
-- `due_statuses` reads what is due, Python unseals it, `apply_statuses` does all the rest in one
-- commit. Both bind the store and run as the caller. The rules are those of `accept_part` and
-- `fail_part`, for many at once; the rule of a message's status is `status_after`, for both.
-- Lock order: the store's advisory lock, parts, messages, inbox rows. Parts in the order of
-- their turn, as the turn itself locks them.

-- What was said of one send: as it was read, and then what we found for it.
CREATE TYPE told_status AS (
    place bigint,     -- in the batch
    inbox_id uuid,
    outcome text,     -- applied, outdated, parked, no_target, unknown_status or unreadable
    outbox_id uuid,   -- the part it speaks of
    status text,
    wamid text,
    code text,
    reason text
);

CREATE FUNCTION status_rank(its_status text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(
        ARRAY['sending', 'unknown', 'sent', 'delivered', 'read', 'played'], its_status)
$$;

-- The rule of a message's status: forward, never back; `failed` ends it unless it was seen to
-- arrive.
CREATE FUNCTION status_after(present text, said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN said = 'failed' AND present IN ('sending', 'unknown', 'sent') THEN said
        WHEN status_rank(present) < status_rank(said) THEN said
        ELSE present END
$$;

-- The same rule over many, in the order they came: which of them had the last word, or null when
-- nothing changes. `present` is how the message stands before all of them.
CREATE FUNCTION with_last_word(so_far told_status, present text, said told_status)
RETURNS told_status LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF status_after(coalesce(so_far.status, present), said.status)
        <> coalesce(so_far.status, present)
    THEN
        RETURN said;
    END IF;
    RETURN so_far;
END $$;

CREATE AGGREGATE last_word(present text, said told_status) (
    SFUNC = with_last_word, STYPE = told_status);

CREATE OR REPLACE FUNCTION advance_message(
    of_store text, its_id uuid, its_status text, its_error text, its_wamid text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_session uuid;
BEGIN
    UPDATE messages SET
        status = its_status, error = its_error, wamid = coalesce(its_wamid, wamid)
    WHERE store_id = of_store AND message_id = its_id
      AND status_after(status, its_status) <> status
    RETURNING session_id INTO its_session;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM tell_message_status(of_store, its_session, its_id, its_status, its_error);
    PERFORM catch_up(of_store, its_id, its_wamid);
    RETURN true;
END $$;

-- Gives a message that gets its wamid what was said of it before. A change that is being parked
-- right now is found by the conversation's next turn.
CREATE FUNCTION catch_up(of_store text, its_id uuid, its_wamid text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF its_wamid IS NOT NULL AND EXISTS (
        SELECT 1 FROM message_changes
        WHERE store_id = of_store AND target_wamid = its_wamid AND applied_at IS NULL)
    THEN
        PERFORM change_message(of_store, its_id);
    END IF;
END $$;

-- What is due, oldest first. By the index: a long backlog is not sorted for every batch.
CREATE FUNCTION due_statuses(of_store text, most integer)
RETURNS TABLE (inbox_id text, payload_sealed bytea) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    RETURN QUERY
        SELECT inbox.inbox_id::text, inbox.payload_sealed FROM inbox
        WHERE store_id = of_store AND kind = 'status' AND state = 'pending'
          AND due_at <= now()
        ORDER BY due_at, inbox.inbox_id LIMIT most;
END $$;

-- Applies one batch: as if one by one, in the order given, but the console is told once for each
-- message how it stands in the end. A status is null where it could not be read. Returns how many
-- ended how, how many messages changed, and the conversations that waited for one of the statuses:
-- their turns are due now.
-- A row that another batch has finished meanwhile is passed over.
CREATE FUNCTION apply_statuses(
    of_store text, inbox_ids uuid[], wamids text[], statuses text[], outbox_ids uuid[],
    attempts integer[], codes text[], reasons text[])
RETURNS TABLE (outcomes jsonb, changed bigint, may_go_on text[]) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    told told_status[];
    waited uuid[];
BEGIN
    -- A crash of the database that takes this back leaves the statuses pending: applied again.
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true),
            pg_advisory_xact_lock(hashtextextended('statuses:' || of_store, 0));
    PERFORM 1 FROM outbox
    WHERE store_id = of_store AND outbox_id IN (
        SELECT unnest(outbox_ids)
        UNION SELECT by_wamid.outbox_id FROM outbox AS by_wamid
        WHERE by_wamid.store_id = of_store AND by_wamid.wamid = ANY (wamids))
    ORDER BY turn_id, part FOR NO KEY UPDATE;
    told := find_targets(
        of_store, inbox_ids, wamids, statuses, outbox_ids, attempts, codes, reasons);
    waited := settle_parts(of_store, told);
    changed := move_messages(of_store, told);
    PERFORM finish_statuses(of_store, told);
    IF cardinality(waited) > 0 THEN
        PERFORM hurry_turns(of_store, waited);
    END IF;
    may_go_on := waited::text[];
    SELECT coalesce(jsonb_object_agg(outcome, number), '{}') INTO outcomes FROM (
        SELECT outcome, count(*) AS number FROM unnest(told) GROUP BY outcome) AS counted;
    RETURN NEXT;
END $$;

-- Finds for each status its part, by our own callback data before the wamid, and what becomes of
-- the status. A failure of a former attempt says nothing: a newer one speaks for itself.
CREATE FUNCTION find_targets(
    of_store text, inbox_ids uuid[], wamids text[], statuses text[], outbox_ids uuid[],
    attempts integer[], codes text[], reasons text[])
RETURNS told_status[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW(
        said.place, said.inbox_id,
        CASE WHEN said.status IS NULL THEN 'unreadable'
            WHEN said.status NOT IN ('sent', 'delivered', 'read', 'played', 'failed')
                THEN 'unknown_status'
            WHEN part.outbox_id IS NULL THEN
                CASE WHEN inbox.received_at > clock_timestamp() - interval '10 minutes'
                    THEN 'parked' ELSE 'no_target' END
            WHEN said.status = 'failed' AND said.attempt < part.attempt THEN 'outdated'
            ELSE 'applied' END,
        part.outbox_id, said.status, said.wamid, said.code, said.reason)::told_status
        ORDER BY said.place)
    FROM unnest(inbox_ids, wamids, statuses, outbox_ids, attempts, codes, reasons)
        WITH ORDINALITY AS said (
            inbox_id, wamid, status, outbox_id, attempt, code, reason, place)
    JOIN inbox ON inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id
        AND inbox.state = 'pending'
    LEFT JOIN LATERAL (
        SELECT outbox.outbox_id, outbox.attempt, 1 AS choice FROM outbox
        WHERE outbox.store_id = of_store AND outbox.outbox_id = said.outbox_id
        UNION ALL
        SELECT outbox.outbox_id, outbox.attempt, 2 FROM outbox
        WHERE outbox.store_id = of_store AND outbox.wamid = said.wamid
        ORDER BY choice LIMIT 1) AS part ON true
$$;

-- Settles each part by the first status that can: one on its way by any, one that waits to go
-- again by an arrival. A second wamid is a confirmed duplicate, on record. Returns the
-- conversations that waited for a part nobody was sure of.
CREATE FUNCTION settle_parts(of_store text, told told_status[])
RETURNS uuid[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    waited uuid[];
BEGIN
    WITH first_word AS (
        SELECT DISTINCT ON (part.outbox_id) part.state AS former, said.*
        FROM unnest(told) AS said
        JOIN outbox AS part ON part.store_id = of_store AND part.outbox_id = said.outbox_id
        WHERE said.outcome = 'applied' AND (
            part.state IN ('sending', 'unknown')
            OR part.state = 'retry' AND said.status <> 'failed')
        ORDER BY part.outbox_id, said.place
    ), settled AS (
        UPDATE outbox SET
            state = CASE first_word.status WHEN 'failed' THEN 'failed' ELSE 'accepted' END,
            settled_at = clock_timestamp(),
            wamid = CASE first_word.status WHEN 'failed' THEN outbox.wamid
                ELSE first_word.wamid END,
            flagged = flagged AND first_word.status = 'failed',
            error_code = CASE first_word.status WHEN 'failed' THEN first_word.code ELSE '' END,
            error_reason = CASE first_word.status WHEN 'failed' THEN first_word.reason ELSE '' END
        FROM first_word
        WHERE outbox.store_id = of_store AND outbox.outbox_id = first_word.outbox_id
        RETURNING outbox.conversation_id, first_word.former)
    SELECT coalesce(array_agg(DISTINCT conversation_id), '{}') INTO waited
    FROM settled WHERE former = 'unknown';
    UPDATE outbox SET duplicate_wamid = said.wamid FROM unnest(told) AS said
    WHERE said.outcome = 'applied' AND said.status <> 'failed'
      AND outbox.store_id = of_store AND outbox.outbox_id = said.outbox_id
      AND outbox.wamid <> said.wamid;
    RETURN waited;
END $$;

-- Moves each message to where the batch leaves it, and tells the console: one event for each
-- message that changed. A status between (sent, when read came with it) is not told.
CREATE FUNCTION move_messages(of_store text, told told_status[])
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM 1 FROM messages
    WHERE store_id = of_store AND message_id IN (
        SELECT outbox_id FROM unnest(told) WHERE outcome = 'applied')
    ORDER BY message_id FOR NO KEY UPDATE;
    WITH fold AS (
        SELECT message.message_id, last_word(message.status, said ORDER BY said.place) AS final
        FROM unnest(told) AS said
        JOIN messages AS message
            ON message.store_id = of_store AND message.message_id = said.outbox_id
        WHERE said.outcome = 'applied'
        GROUP BY message.message_id
    ), moved AS (
        UPDATE messages SET
            status = (fold.final).status, wamid = (fold.final).wamid,
            error = CASE (fold.final).status WHEN 'failed' THEN (fold.final).reason ELSE '' END
        FROM fold
        WHERE messages.store_id = of_store AND messages.message_id = fold.message_id
          AND fold.final IS DISTINCT FROM NULL
        RETURNING messages.session_id, messages.message_id, messages.status, messages.error)
    SELECT count(tell_message_status(of_store, session_id, message_id, status, error))
    INTO changed FROM moved;
    PERFORM catch_up(of_store, message.message_id, message.wamid)
    FROM (SELECT DISTINCT outbox_id FROM unnest(told) WHERE outcome = 'applied') AS said
    JOIN messages AS message
        ON message.store_id = of_store AND message.message_id = said.outbox_id;
    RETURN changed;
END $$;

-- Finishes the inbox rows. What is parked comes again after its age, so that the waits double.
CREATE FUNCTION finish_statuses(of_store text, told told_status[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE inbox SET state = CASE said.outcome WHEN 'unreadable' THEN 'dead' ELSE 'done' END,
        outcome = said.outcome, finished_at = clock_timestamp()
    FROM unnest(told) AS said
    WHERE said.outcome <> 'parked'
      AND inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id;
    UPDATE inbox SET due_at = clock_timestamp()
        + greatest(interval '5 seconds', clock_timestamp() - received_at)
    FROM unnest(told) AS said
    WHERE said.outcome = 'parked'
      AND inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id;
END $$;

-- Makes the open turns of conversations due now: what they waited for has come.
CREATE FUNCTION hurry_turns(of_store text, their_ids uuid[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    WITH waiting AS MATERIALIZED (
        SELECT inbox_id FROM inbox
        WHERE store_id = of_store AND conversation_id = ANY (their_ids)
          AND turn_id IS NOT NULL AND state = 'pending'
        ORDER BY inbox_id FOR NO KEY UPDATE)
    UPDATE inbox SET due_at = clock_timestamp() FROM waiting
    WHERE inbox.store_id = of_store AND inbox.inbox_id = waiting.inbox_id;
END $$;
