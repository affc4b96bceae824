-- The functions as they were before 0013.
DROP FUNCTION apply_statuses, find_targets, settle_parts, move_messages, finish_statuses,
    hurry_turns, due_statuses, catch_up;

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
    -- A change that is being parked right now is found by the conversation's next turn.
    IF its_wamid IS NOT NULL AND EXISTS (
        SELECT 1 FROM message_changes
        WHERE store_id = of_store AND target_wamid = its_wamid AND applied_at IS NULL)
    THEN
        PERFORM change_message(of_store, its_id);
    END IF;
    RETURN true;
END $$;

DROP AGGREGATE last_word(text, told_status);
DROP FUNCTION with_last_word, status_after, status_rank;
DROP TYPE told_status;
