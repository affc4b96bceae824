-- What a failed status asks for, by the error table; and statuses that end the same in whatever
-- order they come.
--
-- The former `apply_statuses` (0013) stays for workers of the version before this one, while both
-- run: to them every failure is final.

-- The wamids of attempts that WhatsApp failed after it had taken them. `sent` of one of them is
-- no news; `delivered` is, because then it did arrive.
ALTER TABLE outbox ADD COLUMN failed_wamids text[] NOT NULL DEFAULT '{}';

-- Why WhatsApp could not load a product's picture, by its code, until it has other pictures.
ALTER TABLE products ADD COLUMN picture_problem text NOT NULL DEFAULT '';

CREATE OR REPLACE FUNCTION status_rank(its_status text)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE its_status
        WHEN 'sending' THEN 1 WHEN 'unknown' THEN 2
        WHEN 'sent' THEN 3 WHEN 'retrying' THEN 3 WHEN 'failed' THEN 3
        WHEN 'delivered' THEN 4 WHEN 'read' THEN 5 WHEN 'played' THEN 6 END
$$;

-- The rule of a message's status: forward, never back. Who failed was sent, and is not sent again
-- by a late word of that; what was seen to arrive did not fail, whoever says so and when.
CREATE OR REPLACE FUNCTION status_after(present text, said text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN said IN ('failed', 'retrying') AND present IN ('sending', 'unknown', 'sent') THEN said
        WHEN said = 'failed' AND present = 'retrying' THEN said
        WHEN status_rank(present) < status_rank(said) THEN said
        ELSE present END
$$;

-- One status as the batch takes it. `again` holds the numbers of its rule when a part that fails
-- by it may go again: attempts (0: no end), wait, growth, longest.
CREATE TYPE said_of_send AS (
    place bigint, inbox_id uuid, received_at timestamptz, outcome text, outbox_id uuid,
    attempt integer, status text, wamid text, code text, reason text, again jsonb);

-- How a part and its message stand. `refused` and `wait`: it failed in this batch, and goes again
-- in so many seconds (null: for good).
CREATE TYPE send_fate AS (
    state text, status text, wamid text, attempt integer, refusals integer, failed_wamids text[],
    duplicate_wamid text, flagged boolean, code text, reason text, refused boolean,
    wait double precision);

CREATE TYPE told_send AS (
    outbox_id uuid, conversation_id uuid, is_turn_open boolean, former send_fate, final send_fate);

-- The seconds before the next send after so many refusals; null when there is none, 'infinity' when
-- that is for a paused store to say.
CREATE FUNCTION wait_after(again jsonb, refusals integer)
RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (again ->> 'is_held')::boolean THEN 'infinity'
        WHEN (again ->> 'attempts')::integer = 0
            OR refusals < (again ->> 'attempts')::integer
        THEN least(
            (again ->> 'wait')::double precision
                * (again ->> 'growth')::double precision ^ least(greatest(refusals - 1, 0), 32),
            (again ->> 'longest')::double precision) END
$$;

-- A failure: the part goes again, or not, by its rule. Of an attempt that another one followed, of
-- one that did not carry the message, or of what arrived, it says nothing.
CREATE FUNCTION fate_after_failure(fate send_fate, said said_of_send)
RETURNS send_fate LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF said.wamid <> ALL (fate.failed_wamids) THEN
        fate.failed_wamids := fate.failed_wamids || said.wamid;
    END IF;
    IF said.attempt < fate.attempt
        OR fate.state NOT IN ('sending', 'unknown', 'accepted')
        OR (fate.state = 'accepted' AND fate.wamid <> said.wamid)
        OR status_rank(fate.status) >= status_rank('delivered')
    THEN
        RETURN fate;
    END IF;
    fate.wamid := said.wamid;
    fate.code := said.code;
    fate.reason := said.reason;
    fate.refused := true;
    fate.refusals := fate.refusals + 1;
    fate.wait := wait_after(said.again, fate.refusals);
    IF fate.wait IS NULL THEN
        fate.state := 'failed';
        fate.status := status_after(fate.status, 'failed');
    ELSE
        fate.state := 'retry';
        fate.status := status_after(fate.status, 'retrying');
        fate.flagged := false;
    END IF;
    RETURN fate;
END $$;

-- What one status makes of a send. The part is settled by the first that can: one on its way by any,
-- one that waits to go again by an arrival, one that failed by what was seen. A second wamid is a
-- confirmed duplicate.
CREATE FUNCTION fate_after(so_far send_fate, present send_fate, said said_of_send)
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

CREATE AGGREGATE fate_of(present send_fate, said said_of_send) (
    SFUNC = fate_after, STYPE = send_fate);

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

-- Renews the 24 h window for a message of the customer, or starts a session when none is open. Who
-- writes can be reached.
-- A message older than the window neither renews it nor starts a session beside a former one.
CREATE OR REPLACE FUNCTION open_session(
    of_store text, its_conversation uuid, written_at timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    present conversations;
    right_now timestamptz := clock_timestamp();
    ends timestamptz := least(written_at, right_now) + interval '24 hours';
    to_bot boolean;
BEGIN
    UPDATE contacts SET unreachable_code = ''
    WHERE store_id = of_store AND contact_id = its_conversation AND unreachable_code <> '';
    SELECT * INTO STRICT present FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation;
    IF present.session_id IS NOT NULL
        AND (present.window_expires_at > right_now OR ends <= right_now)
    THEN
        UPDATE conversations SET
            window_expires_at = greatest(ends, window_expires_at), resolved = false
        WHERE store_id = of_store AND conversation_id = its_conversation;
        IF present.resolved THEN
            PERFORM announce_conversation(of_store, its_conversation);
        END IF;
        RETURN;
    END IF;
    -- Nobody came to the queue within a day: the bot is active again. An agent keeps theirs, and
    -- so does who answered from the phone within that day.
    to_bot := present.owner = 'queue'
        AND NOT (present.handover_trigger = 'PHONE_APP' AND EXISTS (
            SELECT 1 FROM messages
            WHERE store_id = of_store AND session_id = present.session_id AND role = 'agent'
              AND created_at > right_now - interval '24 hours'));
    PERFORM start_session(of_store, its_conversation, ends);
    IF to_bot THEN
        UPDATE conversations SET
            owner = 'bot', epoch = epoch + 1, handover_trigger = '', waiting_since = NULL
        WHERE store_id = of_store AND conversation_id = its_conversation;
    END IF;
END $$;

-- Settles a part as accepted, also one that waits to go again: a refusal may be wrong. A second
-- wamid for it is a confirmed duplicate, on record. An answer that comes after the status that failed this very send settles nothing. Says
-- whether the part was settled here.
CREATE OR REPLACE FUNCTION accept_part(of_store text, its_part uuid, its_wamid text, its_status text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_changed boolean;
BEGIN
    UPDATE outbox SET
        state = 'accepted', wamid = its_wamid, settled_at = clock_timestamp(), error_code = '',
        error_reason = '', flagged = false
    WHERE store_id = of_store AND outbox_id = its_part
      AND state IN ('sending', 'unknown', 'retry') AND its_wamid <> ALL (failed_wamids);
    is_changed := FOUND;
    IF NOT is_changed THEN
        UPDATE outbox SET duplicate_wamid = its_wamid
        WHERE store_id = of_store AND outbox_id = its_part AND wamid <> its_wamid
          AND its_wamid <> ALL (failed_wamids);
    END IF;
    IF is_changed OR EXISTS (
        SELECT 1 FROM outbox
        WHERE store_id = of_store AND outbox_id = its_part AND its_wamid <> ALL (failed_wamids))
    THEN
        PERFORM advance_message(of_store, its_part, its_status, '', its_wamid);
    END IF;
    RETURN is_changed;
END $$;
