-- The functions as they were before 0018.
DROP FUNCTION apply_statuses(
    text, uuid[], text[], text[], uuid[], integer[], text[], text[], jsonb[]);
DROP FUNCTION find_sends, told_sends, write_fates, go_on_after, wake_turns, finish_told;
DROP AGGREGATE fate_of(send_fate, said_of_send);
DROP FUNCTION fate_after, fate_after_failure, wait_after;
DROP TYPE told_send;
DROP TYPE send_fate;
DROP TYPE said_of_send;

CREATE OR REPLACE FUNCTION status_rank(its_status text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(
        ARRAY['sending', 'unknown', 'sent', 'delivered', 'read', 'played'], its_status)
$$;

CREATE OR REPLACE FUNCTION status_after(present text, said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN said = 'failed' AND present IN ('sending', 'unknown', 'sent') THEN said
        WHEN status_rank(present) < status_rank(said) THEN said
        ELSE present END
$$;

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

-- Settles a part as accepted, also one that waits to go again: a refusal may be wrong. A second
-- wamid for it is a confirmed duplicate, on record. Says whether the part was settled here.
CREATE OR REPLACE FUNCTION accept_part(of_store text, its_part uuid, its_wamid text, its_status text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    is_changed boolean;
BEGIN
    UPDATE outbox SET
        state = 'accepted', wamid = its_wamid, settled_at = clock_timestamp(), error_code = '',
        error_reason = '', flagged = false
    WHERE store_id = of_store AND outbox_id = its_part
      AND state IN ('sending', 'unknown', 'retry');
    is_changed := FOUND;
    IF NOT is_changed THEN
        UPDATE outbox SET duplicate_wamid = its_wamid
        WHERE store_id = of_store AND outbox_id = its_part AND wamid <> its_wamid;
    END IF;
    PERFORM advance_message(of_store, its_part, its_status, '', its_wamid);
    RETURN is_changed;
END $$;

ALTER TABLE products DROP COLUMN picture_problem;
ALTER TABLE outbox DROP COLUMN failed_wamids;
