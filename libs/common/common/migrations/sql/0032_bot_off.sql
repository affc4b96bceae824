-- Cancels what has not begun of a turn whose epoch has passed, or of a bot that was switched off.
-- What is on the screens already, it was tried before, is shown as failed, with the reason given:
-- nothing goes again by itself. Of what was never proved not to have arrived, the doubt is shown.
DROP FUNCTION cancel_rest(text, uuid, bigint);
CREATE FUNCTION cancel_rest(
    of_store text, its_turn uuid, present_epoch bigint, why text DEFAULT 'A person has taken over.')
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE outbox SET
        state = 'cancelled', settled_at = clock_timestamp(), error_code = '', error_reason = ''
    WHERE store_id = of_store AND turn_id = its_turn AND state IN ('ready', 'retry')
      AND epoch <> present_epoch;
    PERFORM CASE status
        WHEN 'unknown'
            THEN set_message_status(of_store, message_id, status, 'No confirmation from WhatsApp.')
        ELSE advance_message(of_store, message_id, 'failed', why, NULL) END
    FROM messages
    WHERE store_id = of_store AND status IN ('sending', 'unknown', 'retrying') AND message_id IN (
        SELECT outbox_id FROM outbox
        WHERE store_id = of_store AND turn_id = its_turn AND state = 'cancelled');
END $$;
