-- The tables as they were before 0016. Parts of kinds that were not known then go.
CREATE OR REPLACE FUNCTION tell_message_status(
    of_store text, its_session uuid, its_id uuid, its_status text, its_error text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM record_event(of_store, 'message_status', its_session, jsonb_strip_nulls(
        jsonb_build_object(
            'message_id', its_id, 'status', its_status, 'error', nullif(its_error, ''))));
END $$;

DROP TABLE template_lists, templates, uploads, status_flow;
ALTER TABLE contacts DROP COLUMN unreachable_code;
DELETE FROM outbox WHERE kind NOT IN ('text', 'image');
ALTER TABLE outbox
    DROP COLUMN refusals,
    DROP COLUMN resent_at,
    DROP COLUMN not_before,
    DROP COLUMN judged_at,
    DROP CONSTRAINT outbox_kind_check,
    ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('text', 'image'));
