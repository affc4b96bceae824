-- The functions and tables as they were before 0019.
-- Adds a message at the end of the conversation, in its present session, and tells the console.
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
    INSERT INTO events (store_id, type, session_id, refs)
    VALUES (of_store, 'new_message', its_session, jsonb_build_object('message_id', its_id)),
           (of_store, 'chat_list_update', its_session, '{}');
END $$;

DROP FUNCTION claim_unused, bring_beside;
DROP TABLE command_details, attachments;
