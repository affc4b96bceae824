-- What else settles a send or opens its window, told apart from what failed before.

-- Renews the 24 h window for a message of the customer, or starts a session when none is open. Who
-- writes can be reached.
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
    UPDATE contacts SET unreachable_code = ''
    WHERE store_id = of_store AND contact_id = its_conversation AND unreachable_code <> '';
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

-- Settles a part as accepted, also one that waits to go again: a refusal may be wrong. A second
-- wamid for it is a confirmed duplicate, on record. An answer that comes after the status that
-- failed this very send settles nothing. Says whether the part was settled here.
CREATE OR REPLACE FUNCTION accept_part(
    of_store text, its_part uuid, its_wamid text, its_status text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_changed boolean;
BEGIN
    UPDATE outbox SET
        state = 'accepted', wamid = its_wamid, settled_at = clock_timestamp(), error_code = '',
        error_reason = '', flagged = false
    WHERE store_id = of_store AND outbox_id = its_part
      AND state IN ('sending', 'unknown', 'retry') AND its_wamid <> ALL (failed_wamids);
    is_changed := FOUND;
    IF NOT is_changed THEN
        UPDATE outbox SET duplicate_wamid = its_wamid
        WHERE store_id = of_store AND outbox_id = its_part AND wamid <> its_wamid
          AND its_wamid <> ALL (failed_wamids);
    END IF;
    IF is_changed OR EXISTS (
        SELECT 1 FROM outbox
        WHERE store_id = of_store AND outbox_id = its_part AND its_wamid <> ALL (failed_wamids))
    THEN
        PERFORM advance_message(of_store, its_part, its_status, '', its_wamid);
    END IF;
    RETURN is_changed;
END $$;
