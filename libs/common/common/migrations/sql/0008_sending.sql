-- Step 7, second half, and step 8: a reply is planned, and goes part by part.
--
-- `start_reply`, `begin_sending` and `go_on_sending` pass the decisive point (promise P4): the
-- call that follows them must not be made unless their commit is on disk, so they leave
-- synchronous_commit alone. `end_sending` decides nothing that was not decided before.

-- Begins a part, under the conversation's lock: 'begun', or how it stands when it may not begin.
-- A bot part begins only under the epoch it was computed for (P5); a takeover cancels what is
-- left of the plan. A closed window fails the part. The message is shown as it goes.
CREATE FUNCTION begin_part(
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

-- What becomes of a part that has just begun: a closed window fails it.
CREATE FUNCTION begun_within(of_store text, its_part uuid, window_expires_at timestamptz)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF window_expires_at > clock_timestamp() THEN
        RETURN 'begun';
    END IF;
    PERFORM fail_part(of_store, its_part, '131047', 'The 24-hour window is closed.');
    RETURN 'failed';
END $$;

-- Settles a part that was on its way as failed for good, with the message that agents see.
CREATE FUNCTION fail_part(of_store text, its_part uuid, its_code text, its_reason text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_changed boolean;
BEGIN
    UPDATE outbox SET
        state = 'failed', settled_at = clock_timestamp(), error_code = its_code,
        error_reason = its_reason
    WHERE store_id = of_store AND outbox_id = its_part AND state IN ('sending', 'unknown');
    is_changed := FOUND;
    PERFORM advance_message(of_store, its_part, 'failed', its_reason, NULL);
    RETURN is_changed;
END $$;

-- Settles a part as accepted, also one that waits to go again: a refusal may be wrong. A second
-- wamid for it is a confirmed duplicate, on record. Says whether the part was settled here.
CREATE FUNCTION accept_part(of_store text, its_part uuid, its_wamid text, its_status text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_changed boolean;
BEGIN
    UPDATE outbox SET
        state = 'accepted', wamid = its_wamid, settled_at = clock_timestamp(), error_code = '',
        error_reason = '', flagged = false
    WHERE store_id = of_store AND outbox_id = its_part
      AND state IN ('sending', 'unknown', 'retry');
    is_changed := FOUND;
    IF NOT is_changed THEN
        UPDATE outbox SET duplicate_wamid = its_wamid
        WHERE store_id = of_store AND outbox_id = its_part AND wamid <> its_wamid;
    END IF;
    PERFORM advance_message(of_store, its_part, its_status, '', its_wamid);
    RETURN is_changed;
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

-- Begins a part of a plan that was written before.
CREATE FUNCTION begin_sending(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_part uuid,
    its_content text, its_content_sealed bytea, its_images jsonb)
RETURNS TABLE (verdict text, phone text, user_id text) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    verdict := begin_part(
        of_store, its_conversation, its_fence, its_part, its_content, its_content_sealed,
        its_images);
    RETURN QUERY
        SELECT verdict, contacts.phone, contacts.user_id FROM contacts
        WHERE store_id = of_store AND contact_id = its_conversation;
END $$;

-- Settles the part that was accepted and begins the next one, in one commit. When a status has
-- settled the former otherwise, nothing begins: the verdict says how it stands.
CREATE FUNCTION go_on_sending(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, former uuid,
    its_wamid text, its_part uuid, its_content text, its_content_sealed bytea,
    its_images jsonb)
RETURNS TABLE (verdict text, phone text, user_id text) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    PERFORM accept_part(of_store, former, its_wamid, 'sent');
    SELECT state INTO verdict FROM outbox WHERE store_id = of_store AND outbox_id = former;
    IF verdict = 'accepted' THEN
        verdict := begin_part(
            of_store, its_conversation, its_fence, its_part, its_content, its_content_sealed,
            its_images);
    END IF;
    RETURN QUERY
        SELECT verdict, contacts.phone, contacts.user_id FROM contacts
        WHERE store_id = of_store AND contact_id = its_conversation;
END $$;

-- Settles the last part, ends the turn and gives the conversation back, in one commit; returns
-- when the next mail is due. When a status has settled the part otherwise, the turn stays open:
-- `state` says how the part stands.
CREATE FUNCTION end_sending(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    its_rows uuid[], its_outcome text, its_part uuid, its_wamid text)
RETURNS TABLE (state text, wait double precision) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    IF accept_part(of_store, its_part, its_wamid, 'sent') THEN
        state := 'accepted';
    ELSE
        SELECT outbox.state INTO state FROM outbox
        WHERE store_id = of_store AND outbox_id = its_part;
    END IF;
    IF state = 'accepted' THEN
        PERFORM end_turn(of_store, its_turn, its_rows, 'done', its_outcome);
        PERFORM release_lease(of_store, its_conversation, its_holder, its_fence);
        wait := next_due(of_store, its_conversation);
    END IF;
    RETURN NEXT;
END $$;
