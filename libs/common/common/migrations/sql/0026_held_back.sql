-- Steps 4 and 8: what a store holds stays held, what arrived after a takeover counts as arrived,
-- and statuses take their locks in the order of whoever writes.

-- Returns one row for each item: its place, conversation and whether it was new.
-- Promises: an item is stored once for ever (store, kind, event id); the sequence of a
-- conversation has no gaps and follows the order of the items; all or none. Fails with ML002, a
-- deadlock or a lock's time-out when others told of the same people, or stored the same, at the
-- same moment: ask again, alone.
CREATE OR REPLACE FUNCTION accept_items(items jsonb)
RETURNS TABLE (place bigint, conversation uuid, accepted boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    given incoming[] := find_people(mark_known(read_items(items)));
    stored bigint[] := store_items(given);
BEGIN
    -- A person does not wait for a hold-back or a back-off of what came before; what a paused
    -- store holds waits for that store.
    UPDATE inbox SET due_at = clock_timestamp()
    FROM unnest(given) AS each
    WHERE each.kind = 'command' AND each.place = ANY (stored)
      AND inbox.store_id = each.store_id AND inbox.conversation_id = each.conversation_id
      AND inbox.state = 'pending' AND inbox.due_at > clock_timestamp()
      AND inbox.due_at < 'infinity';
    RETURN QUERY SELECT each.place, each.conversation_id, each.place = ANY (stored)
        FROM unnest(given) AS each;
END $$;

-- Lets a message of ours go again because a person asks for it: one that failed, or that nobody
-- could confirm. `verdict` is 'asked', 'asked_before', or why not: 'unknown_message',
-- 'not_failed' or 'window_closed'. Locks the conversation, its head and then the part.
CREATE OR REPLACE FUNCTION retry_message(of_store text, its_conversation uuid, its_message uuid)
RETURNS TABLE (verdict text, attempt integer) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    part outbox;
    window_ends timestamptz;
BEGIN
    SELECT window_expires_at INTO window_ends FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    PERFORM 1 FROM conversation_heads
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    SELECT * INTO part FROM outbox
    WHERE store_id = of_store AND outbox_id = its_message
      AND conversation_id = its_conversation FOR NO KEY UPDATE;
    verdict := CASE
        WHEN part.outbox_id IS NULL THEN 'unknown_message'
        WHEN part.state IN ('retry', 'sending') THEN 'asked_before'
        WHEN NOT (part.state = 'failed' OR part.state = 'unknown' AND part.flagged
                OR part.state = 'cancelled' AND part.attempt > 0)
            THEN 'not_failed'
        WHEN part.kind <> 'template' AND coalesce(window_ends, '-infinity') <= clock_timestamp()
            THEN 'window_closed'
        ELSE 'asked' END;
    IF verdict = 'asked' THEN
        UPDATE outbox SET state = 'retry', flagged = false, refusals = 0, epoch = NULL,
            settled_at = NULL, resent_at = NULL, judged_at = NULL, not_before = NULL
        WHERE store_id = of_store AND outbox_id = its_message;
        PERFORM set_message_status(of_store, its_message, 'retrying', '');
        PERFORM ask_again(of_store, its_message, 0);
        -- As with what an agent writes: a person waits for no back-off of what came before.
        UPDATE inbox SET due_at = clock_timestamp()
        WHERE store_id = of_store AND conversation_id = its_conversation AND state = 'pending'
          AND due_at > clock_timestamp() AND due_at < 'infinity';
    END IF;
    attempt := part.attempt + 1;
    RETURN NEXT;
END $$;

-- What one status makes of a send. The part is settled by the first that can: one on its way by
-- any, one that waits to go again by an arrival, so is one that a takeover kept from going again,
-- one that failed by what was seen. A second wamid is a confirmed duplicate.
CREATE OR REPLACE FUNCTION fate_after(so_far send_fate, present send_fate, said said_of_send)
RETURNS send_fate LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    fate send_fate := coalesce(so_far, present);
BEGIN
    IF said.status = 'failed' THEN
        RETURN fate_after_failure(fate, said);
    END IF;
    IF said.status = 'sent' AND said.wamid = ANY (fate.failed_wamids) THEN
        RETURN fate;
    END IF;
    IF fate.state IN ('sending', 'unknown', 'retry')
        OR (fate.state = 'cancelled' AND fate.attempt > 0)
        OR (fate.state = 'failed' AND said.status <> 'sent')
    THEN
        IF fate.status IN ('retrying', 'failed') THEN
            fate.status := said.status;
        END IF;
        fate.state := 'accepted';
        fate.wamid := said.wamid;
        fate.flagged := false;
        fate.code := '';
        fate.reason := '';
        fate.refused := false;
        fate.wait := NULL;
    ELSIF fate.wamid <> said.wamid THEN
        fate.duplicate_wamid := said.wamid;
    END IF;
    fate.status := status_after(fate.status, said.status);
    RETURN fate;
END $$;

-- Applies one batch: as if one by one, in the order given, but the console is told once for each
-- message how it stands in the end. A status is null where it could not be read. Returns how many
-- ended how, how many messages changed, the conversations to ring, what was refused (for whom, by
-- which code, for the how many-th time) and the parts that are confirmed duplicates now.
-- A row that another batch has finished meanwhile is passed over. Where something failed and may
-- go again, the conversation's head is locked before its parts, as whoever writes there does.
CREATE OR REPLACE FUNCTION apply_statuses(
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
    IF 'failed' = ANY (statuses) THEN
        PERFORM lock_heads_of(of_store, array_agg(said.outbox_id), array_agg(said.wamid))
        FROM unnest(outbox_ids, wamids, statuses) AS said (outbox_id, wamid, status)
        WHERE said.status = 'failed';
    END IF;
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

-- Locks the heads of the conversations that these parts are in, named by their ids or wamids.
CREATE FUNCTION lock_heads_of(of_store text, their_ids uuid[], their_wamids text[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM 1 FROM conversation_heads
    WHERE store_id = of_store AND conversation_id IN (
        SELECT conversation_id FROM outbox
        WHERE store_id = of_store AND outbox_id = ANY (their_ids)
        UNION SELECT conversation_id FROM outbox
        WHERE store_id = of_store AND wamid = ANY (their_wamids))
    ORDER BY conversation_id FOR NO KEY UPDATE;
END $$;
