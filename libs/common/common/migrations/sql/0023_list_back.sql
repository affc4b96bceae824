-- The columns and functions as they were before 0023.
DROP FUNCTION conversations_saying;
DROP INDEX messages_by_words;
DROP FUNCTION words_of, wake_snoozed, snooze_conversation;
DROP TRIGGER conversation_wakes ON conversations;
DROP FUNCTION wake_at_news;

CREATE OR REPLACE FUNCTION is_silent(present conversations, clock interval) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (present.owner = 'agent'
            OR present.owner = 'queue' AND present.handover_trigger = 'PHONE_APP')
       AND present.person_at < now() - clock
       AND coalesce(present.waiting_since < now() - clock, true)
$$;

CREATE OR REPLACE FUNCTION tell_of_waiting(of_each_store integer) RETURNS TABLE (store_id text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    waiting record;
BEGIN
    FOR waiting IN
        SELECT due.*, stores.store_id AS of_store, its.clock
        FROM stores
        CROSS JOIN LATERAL (SELECT clock_of(stores.settings, 'escalate_minutes') AS clock) AS its
        CROSS JOIN LATERAL (
            SELECT conversation_id, waiting_since FROM conversations AS present
            WHERE present.store_id = stores.store_id AND present.owner = 'queue'
              AND present.waits_told < 4 AND present.waiting_since < now() - its.clock
              AND present.waiting_since < now() - its.clock * 2 ^ present.waits_told
            ORDER BY present.waiting_since LIMIT of_each_store) AS due
        WHERE stores.settings ? 'return_minutes' OR stores.settings ? 'escalate_minutes'
    LOOP
        UPDATE conversations SET waits_told = least(4, 1 + floor(log(2, (
            extract(epoch FROM clock_timestamp() - waiting.waiting_since)
            / extract(epoch FROM waiting.clock))::numeric)))
        WHERE store_id = waiting.of_store AND conversation_id = (
            SELECT conversation_id FROM conversations
            WHERE store_id = waiting.of_store AND conversation_id = waiting.conversation_id
              AND owner = 'queue' AND waits_told < 4 AND waiting_since = waiting.waiting_since
            FOR NO KEY UPDATE SKIP LOCKED);  -- who is busy with it may be taking it
        IF FOUND THEN
            PERFORM record_event(waiting.of_store, 'handover_waiting', session_id,
                jsonb_build_object(
                    'session_id', session_id, 'waiting_since', waiting.waiting_since,
                    'minutes', floor(extract(
                        epoch FROM clock_timestamp() - waiting.waiting_since) / 60)))
            FROM conversations
            WHERE store_id = waiting.of_store AND conversation_id = waiting.conversation_id;
            store_id := waiting.of_store;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;

ALTER TABLE contacts
    DROP COLUMN name_folded, DROP COLUMN blocked_at, DROP COLUMN opted_out_at;
ALTER TABLE conversations DROP COLUMN snoozed_until, DROP COLUMN snoozed;
