-- Step 8: a plan that must wait for its pace, and a part that is refused for now.

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
