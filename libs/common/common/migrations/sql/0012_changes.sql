-- Reactions, edits and deletions of earlier messages; one whose message is not here yet is parked.
--
-- Parts of a caller's transaction that has bound the store. Messages are locked in the order of
-- their ids by everybody who locks several.

DROP INDEX message_changes_parked;
CREATE INDEX message_changes_by_target ON message_changes (store_id, target_wamid);
CREATE INDEX message_changes_parked ON message_changes (store_id, conversation_id, written_at)
    WHERE applied_at IS NULL;
CREATE INDEX contacts_merged ON contacts (store_id, merged_into) WHERE merged_into IS NOT NULL;
-- Null: an edit whose words nobody could read. Empty: one that leaves no words.
ALTER TABLE message_changes ALTER COLUMN content DROP NOT NULL;

-- The conversations of one person: a contact's own, and those of contacts that became one with it.
CREATE FUNCTION same_person(of_store text, its_conversation uuid)
RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    stays uuid;
BEGIN
    SELECT coalesce(merged_into, contact_id) INTO stays FROM contacts
    WHERE store_id = of_store AND contact_id = its_conversation;
    RETURN stays || ARRAY (
        SELECT contact_id FROM contacts WHERE store_id = of_store AND merged_into = stays);
END $$;

-- Makes a message what its changes say, whatever their order: of each kind the latest counts, and
-- what was deleted stays deleted. Anybody may react; only its own side edits or deletes a message.
-- An edit that nobody could read leaves its mark and the words as they are. What a message said
-- before stays in the sealed inbox row only; its file is given up.
CREATE FUNCTION change_message(of_store text, its_id uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    target messages;
    edit message_changes;
    reacted jsonb;
    changed_at timestamptz;
    deleted_at timestamptz;
    theirs uuid[];
BEGIN
    SELECT * INTO STRICT target FROM messages
    WHERE store_id = of_store AND message_id = its_id FOR NO KEY UPDATE;
    theirs := same_person(of_store, target.conversation_id);
    UPDATE message_changes SET applied_at = clock_timestamp()
    WHERE store_id = of_store AND target_wamid = target.wamid
      AND conversation_id = ANY (theirs) AND applied_at IS NULL;
    SELECT coalesce(jsonb_object_agg(role, emoji) FILTER (WHERE emoji <> ''), '{}') INTO reacted
    FROM (
        SELECT DISTINCT ON (role) role, emoji FROM message_changes
        WHERE store_id = of_store AND target_wamid = target.wamid AND kind = 'reaction'
          AND conversation_id = ANY (theirs)
        ORDER BY role, written_at DESC, change_id DESC) AS latest;
    SELECT min(written_at) FILTER (WHERE kind = 'revoke'),
           max(written_at) FILTER (WHERE kind = 'edit')
    INTO deleted_at, changed_at FROM message_changes
    WHERE store_id = of_store AND target_wamid = target.wamid
      AND conversation_id = ANY (theirs)
      AND (role = 'user') = (target.role = 'user');
    IF deleted_at IS NOT NULL THEN
        changed_at := NULL;
    END IF;
    SELECT * INTO edit FROM message_changes
    WHERE store_id = of_store AND target_wamid = target.wamid AND kind = 'edit'
      AND conversation_id = ANY (theirs)
      AND (role = 'user') = (target.role = 'user') AND deleted_at IS NULL
      AND content IS NOT NULL
    ORDER BY written_at DESC, change_id DESC LIMIT 1;
    UPDATE messages SET
        reactions = reacted, edited_at = coalesce(changed_at, edited_at),
        revoked_at = deleted_at,
        content = CASE WHEN deleted_at IS NOT NULL THEN '' ELSE coalesce(edit.content, content) END,
        content_sealed = CASE WHEN deleted_at IS NOT NULL THEN NULL
            WHEN edit.change_id IS NOT NULL THEN edit.content_sealed ELSE content_sealed END,
        details_sealed = CASE WHEN deleted_at IS NULL THEN details_sealed END
    WHERE store_id = of_store AND message_id = its_id AND (
        reactions <> reacted OR revoked_at IS DISTINCT FROM deleted_at
        OR edited_at IS DISTINCT FROM coalesce(changed_at, edited_at)
        OR content <> coalesce(edit.content, content));
    IF FOUND THEN
        PERFORM record_event(of_store, 'message_update', target.session_id,
            jsonb_build_object('message_id', its_id));
        IF deleted_at IS NOT NULL THEN
            PERFORM revoke_media(of_store, its_id);
        END IF;
    END IF;
END $$;

-- Gives up a deleted message's file: it is fetched and served no more. What of it lies in the
-- storage is due for removal once a fetch that may be under way has lost its claim.
CREATE FUNCTION revoke_media(of_store text, its_message uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE media SET
        state = 'failed', reason = 'revoked', filename = '', size = NULL,
        due_at = greatest(claimed_until, clock_timestamp()), claimed_until = '-infinity'
    WHERE store_id = of_store AND message_id = its_message AND reason <> 'revoked';
END $$;

-- Applies what a person's conversations have parked and whose message is here by now; the list
-- shows what became of a last message. `told` are the wamids that a turn brought or spoke of; of
-- all others only the latest are looked at. What waited for a month is given up
-- (`applied_at` is infinite): WhatsApp tells reactions of the last 30 days only. Its caller has
-- locked the conversations.
CREATE FUNCTION apply_parked(of_store text, theirs uuid[], told text[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    parked text[];
    targets uuid[];
    touched uuid[];
    each uuid;
BEGIN
    SELECT array_agg(DISTINCT waiting.target_wamid) INTO parked FROM (
        SELECT by_target.target_wamid FROM unnest(told) AS named (wamid)
        CROSS JOIN LATERAL (  -- each by its key: a join might read the whole store
            SELECT target_wamid FROM message_changes
            WHERE store_id = of_store AND target_wamid = named.wamid
              AND conversation_id = ANY (theirs) AND applied_at IS NULL LIMIT 1) AS by_target
        UNION ALL
        SELECT latest.target_wamid FROM unnest(theirs) AS one (conversation_id)
        CROSS JOIN LATERAL (
            SELECT target_wamid FROM message_changes
            WHERE store_id = of_store AND conversation_id = one.conversation_id
              AND applied_at IS NULL
            ORDER BY written_at DESC LIMIT 50) AS latest) AS waiting;
    IF parked IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(message_id ORDER BY message_id), array_agg(DISTINCT conversation_id)
    INTO targets, touched FROM messages
    WHERE store_id = of_store AND wamid = ANY (parked) AND wamid IS NOT NULL
      AND conversation_id = ANY (theirs);
    FOREACH each IN ARRAY coalesce(targets, '{}') LOOP
        PERFORM change_message(of_store, each);
    END LOOP;
    FOREACH each IN ARRAY coalesce(touched, '{}') LOOP
        PERFORM show_last(of_store, each);
    END LOOP;
    UPDATE message_changes SET applied_at = 'infinity'
    WHERE store_id = of_store AND conversation_id = ANY (theirs) AND applied_at IS NULL
      AND written_at < clock_timestamp() - interval '30 days';
END $$;

-- Shows in the list what a conversation's last message says now.
CREATE FUNCTION show_last(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
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
