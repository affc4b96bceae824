-- Reactions, edits and deletions of earlier messages; one whose message is not here yet is parked.
--
-- Parts of a caller's transaction that has bound the store. Messages are locked in the order of
-- their ids by everybody who locks several.

DROP INDEX message_changes_parked;
CREATE INDEX message_changes_by_target ON message_changes (store_id, target_wamid);
CREATE INDEX message_changes_parked ON message_changes (store_id, conversation_id)
    WHERE applied_at IS NULL;

-- Makes a message what its changes say, whatever their order: of each kind the latest counts, and
-- what was deleted stays deleted. Anybody may react; only its own side edits or deletes a message.
-- What it said before stays in the sealed inbox row only.
CREATE FUNCTION change_message(of_store text, its_id uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    target messages;
    edit message_changes;
    reacted jsonb;
    deleted_at timestamptz;
BEGIN
    SELECT * INTO STRICT target FROM messages
    WHERE store_id = of_store AND message_id = its_id FOR NO KEY UPDATE;
    UPDATE message_changes SET applied_at = clock_timestamp()
    WHERE store_id = of_store AND target_wamid = target.wamid
      AND conversation_id = target.conversation_id AND applied_at IS NULL;
    SELECT coalesce(jsonb_object_agg(role, emoji) FILTER (WHERE emoji <> ''), '{}') INTO reacted
    FROM (
        SELECT DISTINCT ON (role) role, emoji FROM message_changes
        WHERE store_id = of_store AND target_wamid = target.wamid AND kind = 'reaction'
          AND conversation_id = target.conversation_id
        ORDER BY role, written_at DESC, change_id DESC) AS latest;
    SELECT min(written_at) INTO deleted_at FROM message_changes
    WHERE store_id = of_store AND target_wamid = target.wamid AND kind = 'revoke'
      AND conversation_id = target.conversation_id
      AND (role = 'user') = (target.role = 'user');
    SELECT * INTO edit FROM message_changes
    WHERE store_id = of_store AND target_wamid = target.wamid AND kind = 'edit'
      AND conversation_id = target.conversation_id
      AND (role = 'user') = (target.role = 'user') AND deleted_at IS NULL
    ORDER BY written_at DESC, change_id DESC LIMIT 1;
    UPDATE messages SET
        reactions = reacted, edited_at = coalesce(edit.written_at, edited_at),
        revoked_at = deleted_at,
        content = CASE WHEN deleted_at IS NOT NULL THEN '' ELSE coalesce(edit.content, content) END,
        content_sealed = CASE WHEN deleted_at IS NOT NULL THEN NULL
            WHEN edit.change_id IS NOT NULL THEN edit.content_sealed ELSE content_sealed END,
        details_sealed = CASE WHEN deleted_at IS NULL THEN details_sealed END
    WHERE store_id = of_store AND message_id = its_id AND (
        reactions <> reacted OR revoked_at IS DISTINCT FROM deleted_at
        OR edited_at IS DISTINCT FROM coalesce(edit.written_at, edited_at)
        OR content <> coalesce(edit.content, content));
    IF FOUND THEN
        PERFORM record_event(of_store, 'message_update', target.session_id,
            jsonb_build_object('message_id', its_id));
    END IF;
END $$;

-- Applies what the conversation has parked and whose message is here by now; the list shows what
-- became of its last message. Its caller has locked the conversation.
CREATE FUNCTION apply_parked(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    parked text[];
    target uuid;
BEGIN
    SELECT array_agg(DISTINCT target_wamid) INTO parked FROM message_changes
    WHERE store_id = of_store AND conversation_id = its_conversation AND applied_at IS NULL;
    IF parked IS NULL THEN
        RETURN;
    END IF;
    FOR target IN
        SELECT message_id FROM messages
        WHERE store_id = of_store AND wamid = ANY (parked) AND wamid IS NOT NULL
          AND conversation_id = its_conversation
        ORDER BY message_id
    LOOP
        PERFORM change_message(of_store, target);
    END LOOP;
    IF target IS NULL THEN
        RETURN;
    END IF;
    UPDATE conversations SET preview = said.preview
    FROM (
        SELECT CASE WHEN revoked_at IS NOT NULL THEN '[revoked]'
            ELSE coalesce(nullif(left(content, 120), ''), '[' || kind || ']') END AS preview
        FROM messages WHERE store_id = of_store AND conversation_id = its_conversation
        ORDER BY position DESC LIMIT 1) AS said
    WHERE store_id = of_store AND conversation_id = its_conversation
      AND conversations.preview <> said.preview;
    IF FOUND THEN
        PERFORM record_event(of_store, 'chat_list_update', session_id, '{}') FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation;
    END IF;
END $$;

-- Moves a message's status forward, never back; `failed` ends it unless it was seen to arrive.
-- One that gets its wamid gets what was said of it before. Says whether anything changed.
CREATE OR REPLACE FUNCTION advance_message(
    of_store text, its_id uuid, its_status text, its_error text, its_wamid text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    ranks CONSTANT text[] := ARRAY['sending', 'unknown', 'sent', 'delivered', 'read', 'played'];
    its_session uuid;
BEGIN
    UPDATE messages SET
        status = its_status, error = its_error, wamid = coalesce(its_wamid, wamid)
    WHERE store_id = of_store AND message_id = its_id AND (
        (its_status = 'failed' AND status IN ('sending', 'unknown', 'sent'))
        OR array_position(ranks, status) < array_position(ranks, its_status))
    RETURNING session_id INTO its_session;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM tell_message_status(of_store, its_session, its_id, its_status, its_error);
    -- A change that is being parked right now is found by the conversation's next turn.
    IF its_wamid IS NOT NULL AND EXISTS (
        SELECT 1 FROM message_changes
        WHERE store_id = of_store AND target_wamid = its_wamid AND applied_at IS NULL)
    THEN
        PERFORM change_message(of_store, its_id);
    END IF;
    RETURN true;
END $$;
