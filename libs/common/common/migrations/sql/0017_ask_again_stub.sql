-- A stand-in until the lead's 0017 is merged.
CREATE FUNCTION ask_again(of_store text, its_part uuid, seconds double precision)
RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    part outbox;
    its_seq bigint;
BEGIN
    SELECT * INTO STRICT part FROM outbox WHERE store_id = of_store AND outbox_id = its_part;
    UPDATE conversation_heads SET last_seq = last_seq + 1
    WHERE store_id = of_store AND conversation_id = part.conversation_id
    RETURNING last_seq INTO its_seq;
    INSERT INTO inbox (store_id, kind, event_id, conversation_id, seq, payload_sealed, due_at)
    VALUES (of_store, 'command', 'resend|' || its_part || '|' || part.attempt,
            part.conversation_id, its_seq, '', clock_timestamp() + seconds * interval '1 second')
    ON CONFLICT (store_id, kind, event_id) DO NOTHING;
    RETURN part.conversation_id;
END $$;
