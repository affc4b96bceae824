-- Step 7, first half: sessions, owners, and what was said. Each rule is here once; Python calls it.
--
-- Except `remember_mail`, which stands on its own, these are parts of a caller's transaction
-- that has bound the store and locked the conversation.

CREATE FUNCTION record_event(of_store text, its_type text, its_session uuid, its_refs jsonb)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO events (store_id, type, session_id, refs)
    VALUES (of_store, its_type, its_session, its_refs);
END $$;

-- Tells the console whose the conversation is now.
CREATE FUNCTION announce_conversation(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'session_update', session_id, jsonb_strip_nulls(
        jsonb_build_object(
            'status', CASE WHEN resolved THEN 'resolved' WHEN owner = 'queue' THEN 'handover'
                WHEN owner = 'agent' THEN 'human' ELSE 'bot' END,
            'agent_id', agent_id,
            'agent', CASE WHEN agent_id IS NOT NULL THEN agent_name END,
            'handover_trigger', nullif(handover_trigger, ''))))
    FROM conversations WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;

-- Gives the conversation to the bot, the queue or an agent, under a new epoch. Who waits in the
-- queue waits since the first handover; what the bot has again waits for nobody.
CREATE FUNCTION change_owner(
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

-- Renews the 24 h window for a message of the customer, or starts a session when none is open.
-- A message older than the window neither renews it nor starts a session beside a former one.
CREATE FUNCTION open_session(of_store text, its_conversation uuid, written_at timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    present conversations;
    right_now timestamptz := clock_timestamp();
    ends timestamptz := least(written_at, right_now) + interval '24 hours';
    fresh uuid;
BEGIN
    SELECT * INTO STRICT present FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation;
    IF present.session_id IS NOT NULL
        AND (present.window_expires_at > right_now OR ends <= right_now)
    THEN
        UPDATE conversations SET
            window_expires_at = greatest(ends, window_expires_at), resolved = false
        WHERE store_id = of_store AND conversation_id = its_conversation;
        IF present.resolved THEN
            PERFORM announce_conversation(of_store, its_conversation);
        END IF;
        RETURN;
    END IF;
    INSERT INTO sessions (store_id, conversation_id) VALUES (of_store, its_conversation)
    RETURNING session_id INTO fresh;
    -- Nobody came to the queue within a day: the bot is active again. An agent keeps theirs.
    UPDATE conversations SET
        session_id = fresh, window_expires_at = ends, resolved = false,
        owner = CASE owner WHEN 'queue' THEN 'bot' ELSE owner END,
        epoch = epoch + (owner = 'queue')::integer,
        handover_trigger = CASE owner WHEN 'queue' THEN '' ELSE handover_trigger END,
        waiting_since = CASE owner WHEN 'queue' THEN NULL ELSE waiting_since END
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM record_event(of_store, 'session_new', fresh, '{}');
END $$;

-- Adds a message at the end of the conversation, in its present session, and tells the console.
CREATE FUNCTION remember_message(
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

CREATE FUNCTION tell_message_status(
    of_store text, its_session uuid, its_id uuid, its_status text, its_error text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'message_status', its_session, jsonb_strip_nulls(
        jsonb_build_object(
            'message_id', its_id, 'status', its_status, 'error', nullif(its_error, ''))));
END $$;

-- Moves a message's status forward, never back; `failed` ends it unless it was seen to arrive.
-- Says whether anything changed.
CREATE FUNCTION advance_message(
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
    RETURN true;
END $$;

-- Sets a message's status wherever it stood: the one step back, for a new attempt or a doubt.
-- Says whether there is such a message.
CREATE FUNCTION set_message_status(of_store text, its_id uuid, its_status text, its_error text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_session uuid;
BEGIN
    UPDATE messages SET status = its_status, error = its_error
    WHERE store_id = of_store AND message_id = its_id RETURNING session_id INTO its_session;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM tell_message_status(of_store, its_session, its_id, its_status, its_error);
    RETURN true;
END $$;

-- The last lines of a session that were really said, oldest first: [{"role", "content"}].
CREATE FUNCTION said_before(of_store text, its_session uuid, most integer, without uuid[])
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    lines jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(
        jsonb_build_object('role', role, 'content', content) ORDER BY position), '[]')
    INTO lines FROM (
        SELECT role, content, position FROM messages
        WHERE store_id = of_store AND session_id = its_session AND content <> ''
          AND message_id <> ALL (without) AND status NOT IN ('failed', 'cancelled')
        ORDER BY position DESC LIMIT most) AS last_lines;
    RETURN lines;
END $$;

-- Opens or renews the session and remembers a turn's words, once each, in their order. Returns
-- how the conversation stands then, what was said before, and whether a reply is planned.
-- Promises: nothing is written without the lease; a second attempt adds nothing.
CREATE FUNCTION remember_mail(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    ids uuid[], kinds text[], contents text[], contents_sealed bytea[], wamids text[],
    written_at timestamptz[], most_lines integer)
RETURNS TABLE (
    owner text, epoch bigint, is_window_open boolean, is_planned boolean, history jsonb)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    PERFORM check_lease(of_store, its_conversation, its_holder, its_fence);
    PERFORM 1 FROM conversations
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    FOR place IN 1 .. cardinality(ids) LOOP
        PERFORM open_session(of_store, its_conversation, written_at[place]);
        IF NOT EXISTS (
            SELECT 1 FROM messages WHERE store_id = of_store AND message_id = ids[place])
        THEN
            PERFORM remember_message(
                of_store, its_conversation, ids[place], 'user', kinds[place], contents[place],
                contents_sealed[place], '[]', wamids[place], 'received');
        END IF;
    END LOOP;
    RETURN QUERY
        SELECT present.owner, present.epoch,
               coalesce(present.window_expires_at > clock_timestamp(), false),
               EXISTS (SELECT 1 FROM outbox WHERE store_id = of_store AND turn_id = its_turn),
               said_before(of_store, present.session_id, most_lines, ids)
        FROM conversations AS present
        WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;
