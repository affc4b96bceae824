-- The functions and the index as they were before 0012.
DROP FUNCTION was_asked_for_text, remember_turn, remember_said, silence_bots, quieten, apply_parked,
    change_message, enter_session, same_person, show_last, revoke_media;
DROP INDEX message_changes_by_target, message_changes_parked, contacts_merged;
DELETE FROM message_changes WHERE content IS NULL;
ALTER TABLE message_changes ALTER COLUMN content SET NOT NULL;
CREATE INDEX message_changes_parked ON message_changes (store_id, target_wamid)
    WHERE applied_at IS NULL;

-- Renews the 24 h window for a message of the customer, or starts a session when none is open.
-- A message older than the window neither renews it nor starts a session beside a former one.
CREATE OR REPLACE FUNCTION open_session(of_store text, its_conversation uuid, written_at timestamptz)
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

-- The last lines of a session that were really said, oldest first: [{"role", "content"}].
CREATE OR REPLACE FUNCTION said_before(of_store text, its_session uuid, most integer, without uuid[])
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

-- Moves a message's status forward, never back; `failed` ends it unless it was seen to arrive.
-- Says whether anything changed.
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
    RETURN true;
END $$;

-- Makes or resumes the head's turn and counts its attempt; no row when nothing is due.
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
        SELECT * FROM counted ORDER BY seq;
END $$;

DROP FUNCTION start_session;
