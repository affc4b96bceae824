-- Cancels what has not begun of a turn whose epoch has passed, as before.
DROP FUNCTION cancel_rest(text, uuid, bigint, text);
CREATE FUNCTION cancel_rest(of_store text, its_turn uuid, present_epoch bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE outbox SET
        state = 'cancelled', settled_at = clock_timestamp(), error_code = '', error_reason = ''
    WHERE store_id = of_store AND turn_id = its_turn AND state IN ('ready', 'retry')
      AND epoch <> present_epoch;
    PERFORM CASE status
        WHEN 'unknown'
            THEN set_message_status(of_store, message_id, status, 'No confirmation from WhatsApp.')
        ELSE advance_message(of_store, message_id, 'failed', 'A person has taken over.', NULL) END
    FROM messages
    WHERE store_id = of_store AND status IN ('sending', 'unknown', 'retrying') AND message_id IN (
        SELECT outbox_id FROM outbox
        WHERE store_id = of_store AND turn_id = its_turn AND state = 'cancelled');
END $$;
