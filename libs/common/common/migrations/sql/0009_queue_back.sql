-- The functions as they were before 0009.
DROP FUNCTION hand_back;
DROP FUNCTION renew_leases;
DROP FUNCTION stores_named;

-- What has waited too long without a live lease: the sweeper rings these again (promise P8).
CREATE OR REPLACE FUNCTION overdue_conversations(grace_seconds double precision, of_each_store integer)
RETURNS TABLE (store_id text, conversation_id uuid, overdue_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT late.store_id, late.conversation_id,
           extract(epoch FROM clock_timestamp() - late.due_at)::double precision
    FROM (
        SELECT head.store_id, head.conversation_id, head.due_at,
               row_number() OVER (PARTITION BY head.store_id ORDER BY head.due_at) AS place
        FROM (
            SELECT DISTINCT ON (store_id, conversation_id) store_id, conversation_id, due_at
            FROM inbox WHERE state = 'pending' AND conversation_id IS NOT NULL
            ORDER BY store_id, conversation_id, seq
        ) AS head
        LEFT JOIN leases USING (store_id, conversation_id)
        WHERE head.due_at < clock_timestamp() - grace_seconds * interval '1 second'
          AND (leases.held_until IS NULL OR leases.held_until < clock_timestamp())
    ) AS late
    WHERE late.place <= of_each_store  -- one store's backlog must not hide another's
$$;
