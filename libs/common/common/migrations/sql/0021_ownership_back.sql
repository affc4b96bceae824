-- The functions as they were before 0021.
DROP FUNCTION tell_of_waiting, reopen_unanswered, return_to_bot, silent_conversations, is_silent,
    passed_epochs;

CREATE OR REPLACE FUNCTION change_owner(
    of_store text, its_conversation uuid, new_owner text, its_agent uuid, its_agent_name text,
    its_trigger text, is_resolved boolean)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE conversations SET
        owner = new_owner, agent_id = its_agent, agent_name = its_agent_name,
        resolved = is_resolved, epoch = epoch + 1,
        handover_trigger = CASE new_owner WHEN 'queue' THEN its_trigger WHEN 'bot' THEN ''
            ELSE handover_trigger END,
        waiting_since = CASE new_owner WHEN 'queue' THEN coalesce(waiting_since, now())
            WHEN 'bot' THEN NULL ELSE waiting_since END,
        unread = CASE WHEN new_owner = 'agent' OR is_resolved THEN 0 ELSE unread END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM announce_conversation(of_store, its_conversation);
END $$;

CREATE OR REPLACE FUNCTION remember_message(
    of_store text, its_conversation uuid, its_id uuid, its_role text, its_kind text,
    its_content text, its_content_sealed bytea, its_images jsonb, its_wamid text,
    its_status text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    place bigint;
    its_session uuid;
BEGIN
    UPDATE conversations SET
        last_position = last_position + 1, last_message_at = clock_timestamp(),
        preview = coalesce(nullif(left(its_content, 120), ''), '[' || its_kind || ']'),
        unread = CASE its_role WHEN 'user' THEN unread + 1 WHEN 'agent' THEN 0 ELSE unread END,
        waiting_since = CASE its_role
            WHEN 'user' THEN coalesce(waiting_since, CASE WHEN owner <> 'bot' THEN now() END)
            WHEN 'agent' THEN NULL ELSE waiting_since END
    WHERE store_id = of_store AND conversation_id = its_conversation
    RETURNING last_position, session_id INTO place, its_session;
    INSERT INTO messages (
        store_id, message_id, conversation_id, session_id, position, role, kind, content,
        content_sealed, images, wamid, status)
    VALUES (
        of_store, its_id, its_conversation, its_session, place, its_role, its_kind, its_content,
        its_content_sealed, its_images, its_wamid, its_status);
    IF its_role = 'agent' THEN
        PERFORM bring_beside(of_store, its_id);
    END IF;
    INSERT INTO events (store_id, type, session_id, refs)
    VALUES (of_store, 'new_message', its_session, jsonb_build_object('message_id', its_id)),
           (of_store, 'chat_list_update', its_session, '{}');
END $$;

CREATE OR REPLACE FUNCTION said_before(
    of_store text, its_session uuid, most integer, without uuid[])
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    lines jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(
        jsonb_build_object('role', role, 'content', content) ORDER BY position), '[]')
    INTO lines FROM (
        SELECT role, content, position FROM messages
        WHERE store_id = of_store AND session_id = its_session AND content <> ''
          AND role <> 'system'  -- said by nobody
          AND message_id <> ALL (without) AND status NOT IN ('failed', 'cancelled')
        ORDER BY position DESC LIMIT most) AS last_lines;
    RETURN lines;
END $$;

DROP FUNCTION cancel_void_parts, announce_owner;
DROP FUNCTION clock_of;
DROP INDEX stores_with_clocks;
ALTER TABLE conversations DROP COLUMN person_at, DROP COLUMN waits_told;
