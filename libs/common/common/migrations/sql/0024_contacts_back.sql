-- As it was before 0024.
DROP FUNCTION remember_turn(
    text, uuid, text, bigint, uuid, uuid[], text[], text[], text[], bytea[], bytea[], text[], text[],
    text[], timestamptz[], integer);

-- Remembers what a turn brought, once each, in its order: messages, each in its session, and
-- changes of messages, which have a target and are applied to it or parked. Returns how the
-- conversation stands then, what was said before, whether a reply is planned, and the turn's own
-- words as they stand after all changes (null where there are none or they were deleted).
-- Promises: nothing is written without the lease; a second attempt adds nothing.
CREATE FUNCTION remember_turn(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    ids uuid[], roles text[], kinds text[], contents text[], contents_sealed bytea[],
    details_sealed bytea[], wamids text[], replies_to text[], targets text[],
    written_at timestamptz[], most_lines integer)
RETURNS TABLE (
    owner text, epoch bigint, is_window_open boolean, is_planned boolean, is_silenced boolean,
    history jsonb, contents_now text[])
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    theirs uuid[];
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    theirs := same_person(of_store, its_conversation);
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = ANY (theirs)
    ORDER BY conversation_id FOR NO KEY UPDATE;
    is_silenced := false;
    FOR place IN 1 .. cardinality(ids) LOOP
        IF targets[place] IS NULL THEN
            is_silenced := remember_said(
                of_store, its_conversation, ids[place], roles[place], kinds[place],
                contents[place], contents_sealed[place], details_sealed[place], wamids[place],
                replies_to[place], written_at[place]) OR is_silenced;
        ELSE
            INSERT INTO message_changes (
                store_id, change_id, conversation_id, target_wamid, kind, role, emoji, content,
                content_sealed, written_at)
            VALUES (
                of_store, ids[place], its_conversation, targets[place], kinds[place],
                roles[place], CASE kinds[place] WHEN 'reaction' THEN contents[place] ELSE '' END,
                CASE kinds[place] WHEN 'edit' THEN contents[place] ELSE '' END,
                contents_sealed[place], written_at[place])
            ON CONFLICT (store_id, change_id) DO NOTHING;
        END IF;
    END LOOP;
    PERFORM apply_parked(of_store, theirs, targets || wamids);
    SELECT array_agg((  -- one by one by their key: a join might read the whole store
        SELECT content FROM messages
        WHERE store_id = of_store AND message_id = each.id AND revoked_at IS NULL)
        ORDER BY each.place)
    INTO contents_now FROM unnest(ids) WITH ORDINALITY AS each (id, place);
    RETURN QUERY
        SELECT present.owner, present.epoch,
               coalesce(present.window_expires_at > clock_timestamp(), false),
               EXISTS (SELECT 1 FROM outbox WHERE store_id = of_store AND turn_id = its_turn),
               is_silenced, said_before(of_store, present.session_id, most_lines, ids),
               contents_now
        FROM conversations AS present
        WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;

-- Remembers one message of a turn unless it is there; says whether it silenced the bot.
CREATE OR REPLACE FUNCTION remember_said(
    of_store text, its_conversation uuid, its_id uuid, its_role text, its_kind text,
    its_content text, its_content_sealed bytea, its_details_sealed bytea, its_wamid text,
    its_reply_to text, written_at timestamptz)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_silenced boolean := false;
BEGIN
    IF its_role = 'user' THEN
        PERFORM open_session(of_store, its_conversation, written_at);
    ELSE
        PERFORM enter_session(of_store, its_conversation);
    END IF;
    IF EXISTS (SELECT 1 FROM messages WHERE store_id = of_store AND message_id = its_id)
        OR (its_role = 'agent' AND EXISTS (  -- the echo of what we sent ourselves
            SELECT 1 FROM messages
            WHERE store_id = of_store AND wamid = its_wamid
              AND conversation_id = ANY (same_person(of_store, its_conversation))))
    THEN
        RETURN false;
    END IF;
    IF its_role = 'agent' AND written_at > clock_timestamp() - interval '24 hours' THEN
        is_silenced := quieten(of_store, its_conversation);
    END IF;
    PERFORM remember_message(
        of_store, its_conversation, its_id, its_role, its_kind, its_content,
        its_content_sealed, '[]', its_wamid,
        CASE its_role WHEN 'agent' THEN 'sent' ELSE 'received' END);
    IF its_details_sealed IS NOT NULL OR its_reply_to IS NOT NULL THEN
        UPDATE messages SET details_sealed = its_details_sealed, reply_to = its_reply_to
        WHERE store_id = of_store AND message_id = its_id;
    END IF;
    RETURN is_silenced;
END $$;

-- Makes one contact of several. Who is being served by a person keeps the conversation, else the
-- one known longest. What the others have waiting is still answered where it is; what comes from
-- now on joins the one.
CREATE OR REPLACE FUNCTION merge_contacts(of_store text, found_ids uuid[])
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    stays contacts;
BEGIN
    PERFORM 1 FROM contact_aliases
    WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ORDER BY kind, value FOR UPDATE;
    SELECT contacts.* INTO STRICT stays FROM contacts
    JOIN conversations ON conversations.store_id = contacts.store_id
        AND conversations.conversation_id = contacts.contact_id
    WHERE contacts.store_id = of_store AND contacts.contact_id = ANY (found_ids)
    ORDER BY conversations.owner = 'bot', contacts.created_at, contacts.contact_id LIMIT 1;
    UPDATE contact_aliases SET contact_id = stays.contact_id
    WHERE store_id = of_store AND contact_id = ANY (found_ids);
    UPDATE contacts SET merged_into = stays.contact_id
    WHERE store_id = of_store AND contact_id <> stays.contact_id
      AND (contact_id = ANY (found_ids) OR merged_into = ANY (found_ids));
    UPDATE contacts SET
        phone = coalesce(contacts.phone, others.phone),
        user_id = coalesce(contacts.user_id, others.user_id),
        name = coalesce(nullif(contacts.name, ''), others.name, '')
    FROM (
        SELECT max(phone) AS phone, max(user_id) AS user_id, max(name) AS name FROM contacts
        WHERE store_id = of_store AND contact_id = ANY (found_ids)
    ) AS others
    WHERE contacts.store_id = of_store AND contacts.contact_id = stays.contact_id;
    RETURN stays.contact_id;
END $$;

-- Tells the console whose the conversation is now and, where it changed by itself, why.
CREATE OR REPLACE FUNCTION announce_owner(of_store text, its_conversation uuid, its_reason text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'session_update', session_id, jsonb_strip_nulls(
        jsonb_build_object(
            'status', CASE WHEN resolved THEN 'resolved' WHEN owner = 'queue' THEN 'handover'
                WHEN owner = 'agent' THEN 'human' ELSE 'bot' END,
            'agent_id', agent_id,
            'agent', CASE WHEN agent_id IS NOT NULL THEN agent_name END,
            'handover_trigger', nullif(handover_trigger, ''),
            'reason', nullif(its_reason, ''))))
    FROM conversations WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;

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

DROP FUNCTION heed_preference, block_contact, is_blocked;
DROP INDEX events_of_owners, messages_beside_talk;
ALTER TABLE contacts DROP COLUMN preferred_at;
