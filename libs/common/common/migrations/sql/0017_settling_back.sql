-- The functions as they were before 0017.
DROP FUNCTION retry_message, ask_again, judge_silence, refuse_part;
-- Begins a part, under the conversation's lock: 'begun', or how it stands when it may not begin.
-- A bot part begins only under the epoch it was computed for (P5); a takeover cancels what is
-- left of the plan. A closed window fails the part. The message is shown as it goes.
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
        UPDATE outbox SET state = 'cancelled', settled_at = clock_timestamp()
        WHERE store_id = of_store AND turn_id = part.turn_id AND state IN ('ready', 'retry');
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

DROP FUNCTION cancel_rest;
DROP FUNCTION start_reply(
    text, uuid, text, bigint, uuid, boolean, bigint, text, text, uuid[], text[], bytea[], text,
    bytea, jsonb);

-- What becomes of a part that has just begun: a closed window fails it.
CREATE OR REPLACE FUNCTION begun_within(of_store text, its_part uuid, window_expires_at timestamptz)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF window_expires_at > clock_timestamp() THEN
        RETURN 'begun';
    END IF;
    PERFORM fail_part(of_store, its_part, '131047', 'The 24-hour window is closed.');
    RETURN 'failed';
END $$;

-- Plans a whole reply and begins its first part, in one commit. `verdict` is 'begun' (go),
-- 'taken_over' (the epoch the reply was computed under has passed: nothing is written),
-- 'planned' (a former attempt did this) or how the first part stands, which did not begin.
-- its_epoch is null for what a person wrote; a trigger hands the conversation over with it.
CREATE FUNCTION start_reply(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    its_epoch bigint, its_trigger text, its_role text, ids uuid[], kinds text[], bodies bytea[],
    its_content text, its_content_sealed bytea, its_images jsonb)
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
               CASE each.part WHEN 1 THEN 'sending' ELSE 'ready' END,
               CASE each.part WHEN 1 THEN 1 ELSE 0 END,
               CASE each.part WHEN 1 THEN its_fence END,
               CASE each.part WHEN 1 THEN clock_timestamp() END
        FROM unnest(ids, kinds, bodies) WITH ORDINALITY AS each (id, kind, body, part);
        PERFORM remember_message(
            of_store, its_conversation, ids[1], its_role, kinds[1], its_content,
            its_content_sealed, its_images, NULL, 'sending');
        verdict := begun_within(of_store, ids[1], present.window_expires_at);
    END IF;
    RETURN QUERY
        SELECT verdict, contacts.phone, contacts.user_id FROM contacts
        WHERE store_id = of_store AND contact_id = its_conversation;
END $$;

DROP FUNCTION take_behind;

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
        SELECT * FROM counted
        ORDER BY date_trunc('second', coalesce(sent_at, received_at)), seq;
END $$;

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
