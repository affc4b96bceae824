-- Step 7 for a customer whom the store has blocked.

-- Remembers one message of a turn unless it is there; says whether it silenced the bot. What a
-- blocked customer says is kept and shown, and nobody is called for it.
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
    IF its_role = 'user' AND is_blocked(of_store, its_conversation) THEN
        UPDATE conversations SET unread = 0, waiting_since = NULL
        WHERE store_id = of_store AND conversation_id = its_conversation;
    END IF;
    IF its_details_sealed IS NOT NULL OR its_reply_to IS NOT NULL THEN
        UPDATE messages SET details_sealed = its_details_sealed, reply_to = its_reply_to
        WHERE store_id = of_store AND message_id = its_id;
    END IF;
    RETURN is_silenced;
END $$;

DROP FUNCTION remember_turn(
    text, uuid, text, bigint, uuid, uuid[], text[], text[], text[], bytea[], bytea[], text[], text[],
    text[], timestamptz[], integer);

-- Remembers what a turn brought, once each, in its order: messages, each in its session, and
-- changes of messages, which have a target and are applied to it or parked. Returns how the
-- conversation stands then, what was said before, whether a reply is planned, and the turn's own
-- words as they stand after all changes (null where there are none or they were deleted), and
-- whether the customer is blocked.
-- Promises: nothing is written without the lease; a second attempt adds nothing.
CREATE FUNCTION remember_turn(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint, its_turn uuid,
    ids uuid[], roles text[], kinds text[], contents text[], contents_sealed bytea[],
    details_sealed bytea[], wamids text[], replies_to text[], targets text[],
    written_at timestamptz[], most_lines integer)
RETURNS TABLE (
    owner text, epoch bigint, is_window_open boolean, is_planned boolean, is_silenced boolean,
    history jsonb, contents_now text[], is_blocked boolean)
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
               contents_now, is_blocked(of_store, its_conversation)
        FROM conversations AS present
        WHERE store_id = of_store AND conversation_id = its_conversation;
END $$;
