-- Statuses as one batch: what each part and message stands at after all that was said.

-- Applies one batch: as if one by one, in the order given, but the console is told once for each
-- message how it stands in the end. A status is null where it could not be read. Returns how many
-- ended how, how many messages changed, the conversations to ring, what was refused (for whom, by
-- which code, for the how many-th time) and the parts that are confirmed duplicates now.
-- A row that another batch has finished meanwhile is passed over.
CREATE FUNCTION apply_statuses(
    of_store text, inbox_ids uuid[], wamids text[], statuses text[], outbox_ids uuid[],
    attempts integer[], codes text[], reasons text[], agains jsonb[])
RETURNS TABLE (
    outcomes jsonb, changed bigint, may_go_on text[], refused jsonb, duplicates text[])
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    told said_of_send[];
    sends told_send[];
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
    told := find_sends(
        of_store, inbox_ids, wamids, statuses, outbox_ids, attempts, codes, reasons, agains);
    PERFORM 1 FROM messages
    WHERE store_id = of_store AND message_id IN (SELECT outbox_id FROM unnest(told))
    ORDER BY message_id FOR NO KEY UPDATE;
    sends := told_sends(of_store, told);
    changed := write_fates(of_store, sends);
    PERFORM finish_told(of_store, told);
    may_go_on := go_on_after(of_store, sends);
    SELECT coalesce(jsonb_object_agg(outcome, number), '{}') INTO outcomes FROM (
        SELECT outcome, count(*) AS number FROM unnest(told) GROUP BY outcome) AS counted;
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'conversation_id', conversation_id, 'outbox_id', outbox_id,
               'code', (final).code, 'refusals', (final).refusals))
               FILTER (WHERE (final).refused), '[]'),
           coalesce(array_agg(outbox_id::text) FILTER (
               WHERE (final).duplicate_wamid IS DISTINCT FROM (former).duplicate_wamid), '{}')
    INTO refused, duplicates FROM unnest(sends);
    RETURN NEXT;
END $$;

-- Finds for each status its part, by our own callback data before the wamid, and what becomes of
-- the status. A failure of a former attempt says nothing, nor does `sent` of one that failed.
CREATE FUNCTION find_sends(
    of_store text, inbox_ids uuid[], wamids text[], statuses text[], outbox_ids uuid[],
    attempts integer[], codes text[], reasons text[], agains jsonb[])
RETURNS said_of_send[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW(
        said.place, said.inbox_id, inbox.received_at,
        CASE WHEN said.status IS NULL THEN 'unreadable'
            WHEN said.status NOT IN ('sent', 'delivered', 'read', 'played', 'failed')
                THEN 'unknown_status'
            WHEN part.outbox_id IS NULL THEN
                CASE WHEN inbox.received_at > clock_timestamp() - interval '10 minutes'
                    THEN 'parked' ELSE 'no_target' END
            WHEN said.status = 'failed' AND said.attempt < part.attempt THEN 'outdated'
            WHEN said.status = 'sent' AND said.wamid = ANY (part.failed_wamids) THEN 'outdated'
            ELSE 'applied' END,
        part.outbox_id, said.attempt, said.status, said.wamid, said.code, said.reason,
        said.again)::said_of_send ORDER BY said.place)
    FROM unnest(inbox_ids, wamids, statuses, outbox_ids, attempts, codes, reasons, agains)
        WITH ORDINALITY AS said (
            inbox_id, wamid, status, outbox_id, attempt, code, reason, again, place)
    JOIN inbox ON inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id
        AND inbox.state = 'pending'
    LEFT JOIN LATERAL (
        SELECT outbox.outbox_id, outbox.attempt, outbox.failed_wamids, 1 AS choice FROM outbox
        WHERE outbox.store_id = of_store AND outbox.outbox_id = said.outbox_id
        UNION ALL
        SELECT outbox.outbox_id, outbox.attempt, outbox.failed_wamids, 2 FROM outbox
        WHERE outbox.store_id = of_store AND outbox.wamid = said.wamid
        ORDER BY choice LIMIT 1) AS part ON true
$$;

-- How each part that was spoken of stood, and stands after all that was said.
CREATE FUNCTION told_sends(of_store text, told said_of_send[])
RETURNS told_send[] LANGUAGE sql STABLE AS $$
    WITH present AS MATERIALIZED (
        SELECT part.outbox_id, part.conversation_id,
               EXISTS (SELECT 1 FROM turns WHERE turns.store_id = of_store
                       AND turns.turn_id = part.turn_id AND turns.state = 'open') AS is_turn_open,
               ROW(part.state, message.status, part.wamid, part.attempt, part.refusals,
                   part.failed_wamids, part.duplicate_wamid, part.flagged, part.error_code,
                   part.error_reason, false, NULL)::send_fate AS fate
        FROM outbox AS part
        LEFT JOIN messages AS message
            ON message.store_id = of_store AND message.message_id = part.outbox_id
        WHERE part.store_id = of_store
          AND part.outbox_id IN (SELECT outbox_id FROM unnest(told))
    ), said AS (
        SELECT present.outbox_id, fate_of(present.fate, each ORDER BY each.place) AS final
        FROM unnest(told) AS each JOIN present USING (outbox_id)
        WHERE each.outcome IN ('applied', 'outdated')
        GROUP BY present.outbox_id)
    SELECT coalesce(array_agg(ROW(
        outbox_id, conversation_id, is_turn_open, fate, final)::told_send
        ORDER BY outbox_id), '{}')
    FROM present JOIN said USING (outbox_id)
$$;

-- Writes parts and messages, and tells the console: one event for each message that changed. A
-- status between (sent, when read came with it) is not told. Says how many messages changed.
CREATE FUNCTION write_fates(of_store text, sends told_send[])
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    changed bigint;
BEGIN
    UPDATE outbox SET
        state = (final).state, wamid = (final).wamid, refusals = (final).refusals,
        failed_wamids = (final).failed_wamids, duplicate_wamid = (final).duplicate_wamid,
        flagged = (final).flagged, error_code = (final).code, error_reason = (final).reason,
        settled_at = CASE WHEN (final).state = 'retry' THEN NULL
            WHEN (final).state <> (former).state THEN clock_timestamp() ELSE settled_at END,
        not_before = CASE WHEN (final).wait < 'infinity'
            THEN clock_timestamp() + (final).wait * interval '1 second' ELSE not_before END
    FROM unnest(sends) AS told
    WHERE outbox.store_id = of_store AND outbox.outbox_id = told.outbox_id
      AND final IS DISTINCT FROM former;
    WITH moved AS (
        UPDATE messages SET
            status = (final).status, wamid = coalesce((final).wamid, wamid),
            error = CASE WHEN (final).status IN ('failed', 'retrying')
                THEN (final).reason ELSE '' END
        FROM unnest(sends) AS told
        WHERE messages.store_id = of_store AND messages.message_id = told.outbox_id
          AND ((final).status <> (former).status
               OR ((final).refused AND (final).status IN ('failed', 'retrying')))
        RETURNING messages.session_id, messages.message_id, messages.status, messages.error)
    SELECT count(tell_message_status(of_store, session_id, message_id, status, error))
    INTO changed FROM moved;
    PERFORM catch_up(of_store, message.message_id, message.wamid)
    FROM unnest(sends) AS told
    JOIN messages AS message
        ON message.store_id = of_store AND message.message_id = told.outbox_id;
    RETURN changed;
END $$;

-- Lets what waited go on, and what was refused go again; returns the conversations to ring. A turn
-- that waits for the very part takes it up itself; for any other a resend is asked. The heads of
-- conversations are locked before their mail, as the door does.
CREATE FUNCTION go_on_after(of_store text, sends told_send[])
RETURNS text[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    waited uuid[];
    asked uuid[];
BEGIN
    SELECT coalesce(array_agg(ask_again(of_store, outbox_id, (final).wait)), '{}') INTO asked
    FROM (SELECT * FROM unnest(sends) ORDER BY conversation_id) AS told
    WHERE (final).wait IS NOT NULL AND NOT (
        is_turn_open AND (former).state IN ('sending', 'unknown') AND NOT (former).flagged);
    SELECT coalesce(array_agg(conversation_id), '{}') INTO waited FROM unnest(sends)
    WHERE (former).state = 'unknown' AND (final).state <> 'unknown';
    IF cardinality(waited) > 0 THEN
        PERFORM wake_turns(of_store, sends);
    END IF;
    RETURN (SELECT coalesce(array_agg(DISTINCT each::text), '{}')
            FROM unnest(waited || asked) AS each WHERE each IS NOT NULL);
END $$;

-- Makes the open turns of conversations due: what they waited for has come. What was refused waits
-- as its rule says; what a paused store holds stays held.
CREATE FUNCTION wake_turns(of_store text, sends told_send[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    WITH told AS (
        SELECT conversation_id, coalesce(max(nullif((final).wait, 'infinity')), 0) AS wait
        FROM unnest(sends)
        WHERE (former).state = 'unknown' AND (final).state <> 'unknown'
        GROUP BY conversation_id
    ), waiting AS MATERIALIZED (
        SELECT inbox_id, told.wait FROM inbox
        JOIN told ON told.conversation_id = inbox.conversation_id
        WHERE store_id = of_store AND inbox.conversation_id IN (SELECT conversation_id FROM told)
          AND turn_id IS NOT NULL AND state = 'pending' AND due_at < 'infinity'
        ORDER BY inbox_id FOR NO KEY UPDATE OF inbox)
    UPDATE inbox SET due_at = clock_timestamp() + waiting.wait * interval '1 second' FROM waiting
    WHERE inbox.store_id = of_store AND inbox.inbox_id = waiting.inbox_id;
END $$;

-- Finishes the inbox rows, and remembers when the newest of them was received: statuses flow.
-- What is parked comes again after its age, so that the waits double.
CREATE FUNCTION finish_told(of_store text, told said_of_send[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE inbox SET state = CASE said.outcome WHEN 'unreadable' THEN 'dead' ELSE 'done' END,
        outcome = said.outcome, finished_at = clock_timestamp()
    FROM unnest(told) AS said
    WHERE said.outcome <> 'parked'
      AND inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id;
    UPDATE inbox SET due_at = clock_timestamp()
        + greatest(interval '5 seconds', clock_timestamp() - inbox.received_at)
    FROM unnest(told) AS said
    WHERE said.outcome = 'parked'
      AND inbox.store_id = of_store AND inbox.inbox_id = said.inbox_id;
    INSERT INTO status_flow AS flow (store_id, last_received_at)
    SELECT of_store, max(received_at) FROM unnest(told) WHERE outcome = 'applied'
    HAVING max(received_at) IS NOT NULL
    ON CONFLICT (store_id) DO UPDATE
    SET last_received_at = greatest(flow.last_received_at, excluded.last_received_at);
END $$;
