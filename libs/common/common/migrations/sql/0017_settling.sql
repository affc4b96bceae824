-- Step 8: a plan that must wait for its pace, a part whose silence is judged, a part that goes again.

-- What becomes of a part that has just begun: a closed window fails it, unless it is a template.
CREATE OR REPLACE FUNCTION begun_within(
    of_store text, its_part uuid, window_expires_at timestamptz)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF window_expires_at > clock_timestamp() OR EXISTS (
        SELECT 1 FROM outbox
        WHERE store_id = of_store AND outbox_id = its_part AND kind = 'template')
    THEN
        RETURN 'begun';
    END IF;
    PERFORM fail_part(of_store, its_part, '131047', 'The 24-hour window is closed.');
    RETURN 'failed';
END $$;

-- Begins a part, under the conversation's lock: 'begun', or how it stands when it may not begin.
-- A bot part begins only under the epoch it was computed for (P5); a takeover cancels what is
-- left of the plan, but not what a person asked for since. A closed window fails the part. The
-- message is shown as it goes.
CREATE OR REPLACE FUNCTION begin_part(
    of_store text, its_conversation uuid, its_fence bigint, its_part uuid, its_content text,
    its_content_sealed bytea, its_images jsonb)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    present conversations;
    part outbox;
BEGIN
    SELECT * INTO STRICT present FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation;
    SELECT * INTO STRICT part FROM outbox
    WHERE store_id = of_store AND outbox_id = its_part FOR NO KEY UPDATE;
    IF part.state NOT IN ('ready', 'retry') THEN
        RETURN part.state;
    END IF;
    IF part.epoch <> present.epoch THEN
        PERFORM cancel_rest(of_store, part.turn_id, present.epoch);
        RETURN 'cancelled';
    END IF;
    UPDATE outbox SET
        state = 'sending', attempt = attempt + 1, fence = its_fence,
        sending_at = clock_timestamp(), settled_at = NULL
    WHERE store_id = of_store AND outbox_id = its_part;
    IF NOT set_message_status(of_store, its_part, 'sending', '') THEN
        PERFORM remember_message(
            of_store, its_conversation, its_part, part.role, part.kind, its_content,
            its_content_sealed, its_images, NULL, 'sending');
    END IF;
    RETURN begun_within(of_store, its_part, present.window_expires_at);
END $$;

-- Cancels what has not begun of a turn whose epoch has passed. What is on the screens already, it
-- was tried before, is shown as failed: nothing goes again by itself. Of what was never proved
-- not to have arrived, the doubt is shown.
CREATE FUNCTION cancel_rest(of_store text, its_turn uuid, present_epoch bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE outbox SET
        state = 'cancelled', settled_at = clock_timestamp(), error_code = '', error_reason = ''
    WHERE store_id = of_store AND turn_id = its_turn AND state IN ('ready', 'retry')
      AND epoch <> present_epoch;
    PERFORM CASE status
        WHEN 'unknown'
            THEN set_message_status(of_store, message_id, status, 'No confirmation from WhatsApp.')
        ELSE advance_message(of_store, message_id, 'failed', 'A person has taken over.', NULL) END
    FROM messages
    WHERE store_id = of_store AND status IN ('sending', 'unknown', 'retrying') AND message_id IN (
        SELECT outbox_id FROM outbox
        WHERE store_id = of_store AND turn_id = its_turn AND state = 'cancelled');
END $$;

DROP FUNCTION start_reply(
    text, uuid, text, bigint, uuid, bigint, text, text, uuid[], text[], bytea[], text, bytea,
    jsonb);

-- Plans a whole reply and begins its first part, in one commit. `verdict` is 'begun' (go),
-- 'waits' (it is planned; its first part may not go yet), 'taken_over' (the epoch the reply was
-- computed under has passed: nothing is written), 'planned' (a former attempt did this) or how
-- the first part stands, which did not begin. its_epoch is null for what a person wrote; a
-- trigger hands the conversation over with it.
CREATE FUNCTION start_reply(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    may_begin boolean, its_epoch bigint, its_trigger text, its_role text, ids uuid[],
    kinds text[], bodies bytea[], its_content text, its_content_sealed bytea, its_images jsonb)
RETURNS TABLE (verdict text, phone text, user_id text) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    present conversations;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    SELECT * INTO STRICT present FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM outbox WHERE store_id = of_store AND turn_id = its_turn) THEN
        verdict := 'planned';
    ELSIF its_epoch <> present.epoch THEN
        verdict := 'taken_over';
    ELSE
        IF its_trigger <> '' THEN
            PERFORM change_owner(
                of_store, its_conversation, 'queue', NULL, '', its_trigger, false);
            its_epoch := its_epoch + 1;
        END IF;
        -- Written as it begins: the first part has no other state that anybody could see.
        INSERT INTO outbox (
            store_id, outbox_id, turn_id, part, conversation_id, session_id, role, kind, epoch,
            body_sealed, state, attempt, fence, sending_at)
        SELECT of_store, each.id, its_turn, each.part, its_conversation, present.session_id,
               its_role, each.kind, its_epoch, each.body,
               CASE WHEN begins THEN 'sending' ELSE 'ready' END,
               CASE WHEN begins THEN 1 ELSE 0 END,
               CASE WHEN begins THEN its_fence END,
               CASE WHEN begins THEN clock_timestamp() END
        FROM unnest(ids, kinds, bodies) WITH ORDINALITY AS each (id, kind, body, part),
             LATERAL (SELECT may_begin AND each.part = 1) AS first_one (begins);
        IF may_begin THEN
            PERFORM remember_message(
                of_store, its_conversation, ids[1], its_role, kinds[1], its_content,
                its_content_sealed, its_images, NULL, 'sending');
            verdict := begun_within(of_store, ids[1], present.window_expires_at);
        ELSE
            verdict := 'waits';
        END IF;
    END IF;
    RETURN QUERY
        SELECT verdict, contacts.phone, contacts.user_id FROM contacts
        WHERE store_id = of_store AND contact_id = its_conversation;
END $$;

-- Writes down that a part was refused for now, and shows it: it goes again, unless this was the
-- last of `most` attempts (0: there is no last). No row when the part did not stand as on its way
-- any more.
CREATE FUNCTION refuse_part(
    of_store text, its_part uuid, its_code text, its_reason text, most integer)
RETURNS TABLE (refusals integer, goes_again boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    UPDATE outbox SET state = 'retry', error_code = its_code, error_reason = its_reason,
        refusals = refusals + 1
    WHERE store_id = of_store AND outbox_id = its_part AND state = 'sending'
    RETURNING outbox.refusals, most = 0 OR outbox.refusals < most
    INTO refuse_part.refusals, refuse_part.goes_again;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF refuse_part.goes_again THEN
        PERFORM set_message_status(of_store, its_part, 'retrying', its_reason);
    ELSE
        UPDATE outbox SET state = 'failed', settled_at = clock_timestamp()
        WHERE store_id = of_store AND outbox_id = its_part;
        PERFORM advance_message(of_store, its_part, 'failed', its_reason, NULL);
    END IF;
    RETURN NEXT;
END $$;

-- Judges the silence about a part whose fate is unknown (whatsapp.md, section 3). After so many
-- seconds: under 'settle', it goes again once if statuses of other messages have come since it
-- went, for then the silence means that it was not accepted; under 'resend_once' it goes again
-- once in any case; otherwise a person must look. `verdict` is 'waits' (so many seconds more),
-- 'resend', 'flagged', or 'settled' when somebody said by now what became of it.
--
-- A status that came in time but is not applied yet, as after an hour without a worker, is waited
-- for: ten seconds at most from when the silence is first judged. Then nothing is proved. What
-- the bot computed under another epoch never goes again (P5): a person must look.
CREATE FUNCTION judge_silence(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_part uuid,
    seconds double precision, policy text, doubt text)
RETURNS TABLE (verdict text, remaining double precision) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    part outbox;
    silent double precision;
    is_behind boolean;
    is_void boolean;
    may_resend boolean;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    SELECT * INTO STRICT part FROM outbox
    WHERE store_id = of_store AND outbox_id = its_part FOR NO KEY UPDATE;
    silent := extract(epoch FROM clock_timestamp() - part.sending_at);
    is_void := EXISTS (
        SELECT 1 FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation
          AND epoch <> part.epoch);
    remaining := 0;
    IF part.state <> 'unknown' OR part.flagged THEN
        verdict := 'settled';
        RETURN NEXT;
        RETURN;
    ELSIF silent < seconds THEN
        verdict := 'waits';
        remaining := seconds - silent;
        RETURN NEXT;
        RETURN;
    END IF;
    is_behind := EXISTS (
        SELECT 1 FROM inbox
        WHERE store_id = of_store AND kind = 'status' AND state = 'pending'
          AND due_at <= clock_timestamp()
          AND received_at < part.sending_at + seconds * interval '1 second');
    may_resend := NOT is_void AND part.resent_at IS NULL AND (policy = 'resend_once' OR (
        policy = 'settle' AND EXISTS (
            SELECT 1 FROM status_flow
            WHERE store_id = of_store AND last_received_at > part.sending_at)));
    IF is_behind AND coalesce(part.judged_at, clock_timestamp())
        > clock_timestamp() - interval '10 seconds'
    THEN
        verdict := 'waits';
        remaining := 1;
        UPDATE outbox SET judged_at = coalesce(judged_at, clock_timestamp())
        WHERE store_id = of_store AND outbox_id = its_part;
    ELSIF may_resend AND NOT is_behind THEN
        verdict := 'resend';
        UPDATE outbox SET state = 'retry', resent_at = clock_timestamp(), judged_at = NULL
        WHERE store_id = of_store AND outbox_id = its_part;
    ELSE
        verdict := 'flagged';
        UPDATE outbox SET flagged = true WHERE store_id = of_store AND outbox_id = its_part;
        PERFORM set_message_status(of_store, its_part, 'unknown', doubt);
    END IF;
    RETURN NEXT;
END $$;

-- Lets one part go again, out of its turn: a command of its own in the conversation's order, due
-- after so many seconds, or held ('infinity') until its store is active. The caller has locked the
-- part and called it 'retry'. Returns the conversation to ring.
CREATE FUNCTION ask_again(of_store text, its_part uuid, seconds double precision)
RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_conversation uuid;
    its_seq bigint;
BEGIN
    SELECT conversation_id INTO STRICT its_conversation FROM outbox
    WHERE store_id = of_store AND outbox_id = its_part;
    UPDATE conversation_heads SET last_seq = last_seq + 1
    WHERE store_id = of_store AND conversation_id = its_conversation
    RETURNING last_seq INTO STRICT its_seq;
    INSERT INTO inbox (
        store_id, kind, event_id, conversation_id, seq, payload_sealed, due_at)
    VALUES (
        of_store, 'command', 'resend|' || its_part || '|' || gen_random_uuid(),
        its_conversation, its_seq, '', CASE WHEN seconds = 'infinity' THEN 'infinity'
            ELSE clock_timestamp() + seconds * interval '1 second' END);
    RETURN its_conversation;
END $$;

-- Lets a message of ours go again because a person asks for it: one that failed, or that nobody
-- could confirm. `verdict` is 'asked', 'asked_before', or why not: 'unknown_message',
-- 'not_failed' or 'window_closed'. Locks the conversation and then the part.
CREATE FUNCTION retry_message(of_store text, its_conversation uuid, its_message uuid)
RETURNS TABLE (verdict text, attempt integer) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    part outbox;
    window_ends timestamptz;
BEGIN
    SELECT window_expires_at INTO window_ends FROM conversations
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
          AND due_at > clock_timestamp();
    END IF;
    attempt := part.attempt + 1;
    RETURN NEXT;
END $$;

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
    INSERT INTO turns (store_id, conversation_id, fence, state, outcome)
    VALUES (of_store, its_conversation, its_fence, 'done', 'shown')
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
        UPDATE turns SET state = 'open', fence = its_fence, finished_at = NULL
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
