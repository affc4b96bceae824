-- Step 7 for every kind: messages with details, echoes of the phone app, what is written when.
--
-- The former `remember_mail` stays for workers of the version before this one, while both run.

-- Renews the 24 h window for a message of the customer, or starts a session when none is open.
-- A message older than the window neither renews it nor starts a session beside a former one.
CREATE OR REPLACE FUNCTION open_session(
    of_store text, its_conversation uuid, written_at timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    present conversations;
    right_now timestamptz := clock_timestamp();
    ends timestamptz := least(written_at, right_now) + interval '24 hours';
    to_bot boolean;
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
    -- Nobody came to the queue within a day: the bot is active again. An agent keeps theirs, and
    -- so does who answered from the phone within that day.
    to_bot := present.owner = 'queue'
        AND NOT (present.handover_trigger = 'PHONE_APP' AND EXISTS (
            SELECT 1 FROM messages
            WHERE store_id = of_store AND session_id = present.session_id AND role = 'agent'
              AND created_at > right_now - interval '24 hours'));
    PERFORM start_session(of_store, its_conversation, ends);
    IF to_bot THEN
        UPDATE conversations SET
            owner = 'bot', epoch = epoch + 1, handover_trigger = '', waiting_since = NULL
        WHERE store_id = of_store AND conversation_id = its_conversation;
    END IF;
END $$;

CREATE FUNCTION start_session(of_store text, its_conversation uuid, ends timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    fresh uuid;
BEGIN
    INSERT INTO sessions (store_id, conversation_id) VALUES (of_store, its_conversation)
    RETURNING session_id INTO fresh;
    UPDATE conversations SET session_id = fresh, window_expires_at = ends, resolved = false
    WHERE store_id = of_store AND conversation_id = its_conversation;
    PERFORM record_event(of_store, 'session_new', fresh, '{}');
END $$;

-- Gives a place to what renews no window: an echo, a note of WhatsApp's.
CREATE FUNCTION enter_session(of_store text, its_conversation uuid)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation AND session_id IS NULL)
    THEN
        PERFORM start_session(of_store, its_conversation, clock_timestamp());
    END IF;
END $$;

-- The last lines of a session that were really said, oldest first: [{"role", "content"}].
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

-- A person answered from the phone app: the bot falls silent, and what it computes is void. An
-- agent keeps theirs. Says whether that changed anything. Its caller has locked the conversation.
CREATE FUNCTION quieten(of_store text, its_conversation uuid)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation
          AND session_id IS NOT NULL AND owner = 'bot')
    THEN
        RETURN false;
    END IF;
    PERFORM change_owner(of_store, its_conversation, 'queue', NULL, '', 'PHONE_APP', false);
    RETURN true;
END $$;

-- The same for several at once, ahead of the turns that show the echoes; returns how many it
-- silenced. It waits for nobody long and not for the disk: those turns do it again.
CREATE FUNCTION silence_bots(of_store text, their_ids uuid[])
RETURNS bigint LANGUAGE plpgsql VOLATILE SET lock_timeout = '200ms' AS $$
DECLARE
    its_id uuid;
    silenced bigint := 0;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true),
            set_config('synchronous_commit', 'off', true);
    FOR its_id IN
        SELECT conversation_id FROM conversations
        WHERE store_id = of_store AND conversation_id = ANY (their_ids)
        ORDER BY conversation_id FOR NO KEY UPDATE
    LOOP
        silenced := silenced + quieten(of_store, its_id)::integer;
    END LOOP;
    RETURN silenced;
END $$;

-- Remembers one message of a turn unless it is there; says whether it silenced the bot.
CREATE FUNCTION remember_said(
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

-- Whether the customer was asked to write instead of what the bot cannot use: in the last
-- minutes, and since the session began.
CREATE FUNCTION was_asked_for_text(of_store text, its_conversation uuid, minutes integer)
RETURNS TABLE (lately boolean, in_session boolean) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    asked_at timestamptz;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    SELECT max(finished_at) INTO asked_at FROM (
        SELECT outcome, finished_at FROM inbox
        WHERE store_id = of_store AND conversation_id = its_conversation
        ORDER BY seq DESC LIMIT 200) AS latest
    WHERE outcome = 'asked_for_text';
    RETURN QUERY
        SELECT coalesce(asked_at > clock_timestamp() - minutes * interval '1 minute', false),
               coalesce(asked_at > sessions.opened_at, false)
        FROM conversations LEFT JOIN sessions USING (store_id, session_id)
        WHERE conversations.store_id = of_store
          AND conversations.conversation_id = its_conversation;
END $$;

-- Makes or resumes the head's turn and counts its attempt; no row when nothing is due.
--
-- A turn's rows go by the second in which they were written, and within it as they came: Meta
-- delivers concurrently, and what raced to the door during the hold-back is put right here. So
-- two attempts agree, whatever the clocks say.
--
-- What was held is due as soon as its store is active, in its order. While the store is paused,
-- what comes behind it is taken up for itself: to be shown and held.
--
-- The last attempt goes alone: of a burst that has reached it with nothing planned, only the
-- head stays, so that one message that kills its worker does not bury the others.
CREATE OR REPLACE FUNCTION take_up(
    of_store text, its_conversation uuid, its_fence bigint, most_rows integer,
    most_attempts integer, is_paused boolean)
RETURNS SETOF inbox LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    head inbox := head_of(of_store, its_conversation);
    its_turn uuid;
    chosen uuid[];
    tried integer;
BEGIN
    IF head.due_at = 'infinity' AND is_paused THEN
        head := first_unheld(of_store, its_conversation);
    END IF;
    IF head.inbox_id IS NULL
        OR (head.due_at > clock_timestamp() AND head.due_at < 'infinity')
    THEN
        RETURN;
    END IF;
    its_turn := head.turn_id;
    SELECT array_agg(inbox_id), max(attempts) INTO chosen, tried
    FROM rows_with(head, most_rows);
    IF cardinality(chosen) > 1 AND tried >= greatest(most_attempts - 1, 1) AND NOT EXISTS (
        SELECT 1 FROM outbox WHERE store_id = of_store AND turn_id = its_turn)
    THEN
        UPDATE inbox SET turn_id = NULL
        WHERE store_id = of_store AND inbox_id = ANY (chosen[2:]) AND turn_id IS NOT NULL;
        chosen := chosen[1:1];
    END IF;
    IF its_turn IS NULL THEN
        INSERT INTO turns (store_id, conversation_id, fence)
        VALUES (of_store, its_conversation, its_fence) RETURNING turn_id INTO its_turn;
    ELSE
        UPDATE turns SET state = 'open', fence = its_fence, finished_at = NULL
        WHERE store_id = of_store AND turn_id = its_turn;
    END IF;
    RETURN QUERY
        WITH counted AS (
            UPDATE inbox SET turn_id = its_turn, attempts = attempts + 1,
                due_at = least(due_at, clock_timestamp())
            WHERE store_id = of_store AND inbox_id = ANY (chosen) RETURNING *)
        SELECT * FROM counted
        ORDER BY date_trunc('second', coalesce(sent_at, received_at)), seq;
END $$;
