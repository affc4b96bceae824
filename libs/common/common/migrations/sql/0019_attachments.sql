-- What an agent sends beside words: files, and what their message shows as soon as it is shown.

-- A file that an agent put beside a conversation. It is part of a message once, or removed a day
-- after it came.
CREATE TABLE attachments (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    attachment_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    place text NOT NULL,               -- in the storage
    kind text NOT NULL CHECK (kind IN ('image', 'document', 'audio', 'video')),
    mime_type text NOT NULL,           -- by its first bytes
    filename text NOT NULL DEFAULT '',
    size bigint NOT NULL,
    sha256 text NOT NULL,
    is_voice boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at timestamptz,
    message_id uuid,                   -- of the message that brings it
    due_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '1 day',  -- to be removed
    PRIMARY KEY (store_id, attachment_id)
);
CREATE UNIQUE INDEX attachments_used ON attachments (store_id, message_id)
    WHERE message_id IS NOT NULL;
CREATE INDEX attachments_unused ON attachments (store_id, due_at) WHERE used_at IS NULL;

-- What a message that an agent asked for shows beside its words, until it is shown.
CREATE TABLE command_details (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    message_id uuid NOT NULL,
    details_sealed bytea,
    reply_to text,                     -- the wamid that it quotes
    PRIMARY KEY (store_id, message_id)
);

SELECT guard_by_store(each::regclass)
FROM unnest(ARRAY['attachments', 'command_details']) AS each;

-- Gives an agent's message, which is there now, its file and what it shows beside its words.
CREATE FUNCTION bring_beside(of_store text, its_id uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    beside command_details;
BEGIN
    DELETE FROM command_details WHERE store_id = of_store AND message_id = its_id
    RETURNING * INTO beside;
    IF FOUND THEN
        UPDATE messages SET
            details_sealed = beside.details_sealed, reply_to = beside.reply_to
        WHERE store_id = of_store AND message_id = its_id;
    END IF;
    INSERT INTO media (
        store_id, message_id, media_id, kind, mime_type, sha256, filename, size, state, place)
    SELECT of_store, its_id, '', kind, mime_type, sha256, filename, size, 'ready', place
    FROM attachments WHERE store_id = of_store AND message_id = its_id
    ON CONFLICT (store_id, message_id) DO NOTHING;
END $$;

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
    IF its_role = 'agent' THEN
        PERFORM bring_beside(of_store, its_id);
    END IF;
    INSERT INTO events (store_id, type, session_id, refs)
    VALUES (of_store, 'new_message', its_session, jsonb_build_object('message_id', its_id)),
           (of_store, 'chat_list_update', its_session, '{}');
END $$;

-- Takes the next file that nobody sent within a day, of any store or of `only_these`, for five
-- minutes; nobody can send it any more.
CREATE FUNCTION claim_unused(only_these text[])
RETURNS SETOF attachments
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
        UPDATE attachments SET due_at = clock_timestamp() + interval '5 minutes'
        WHERE (store_id, attachment_id) = (
            SELECT due.store_id, due.attachment_id FROM attachments AS due
            WHERE due.used_at IS NULL AND due.due_at <= clock_timestamp()
              AND due.created_at <= clock_timestamp() - interval '1 day'
              AND (only_these IS NULL OR due.store_id = ANY (only_these))
            ORDER BY due.store_id, due.due_at LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING attachments.*;
END $$;
