-- What a worker asks about several stores at once; their secrets stay sealed.
CREATE FUNCTION stores_named(their_ids text[]) RETURNS SETOF stores
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT * FROM stores WHERE store_id = ANY (their_ids) $$;

-- Renews what a process holds, of any stores, in one round trip; returns what it has lost to
-- another holder. A lease that was given back meanwhile stays given back.
-- held: [{"store_id", "conversation_id", "fence"}]
CREATE FUNCTION renew_leases(its_holder text, seconds double precision, held jsonb)
RETURNS TABLE (store_id text, conversation_id uuid, fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT * FROM jsonb_to_recordset(held)
            AS each (store_id text, conversation_id uuid, fence bigint)
        ORDER BY store_id, conversation_id
    ), free AS (
        -- What a turn's own step has locked now is renewed next time: one that waits for a lock
        -- must not cost all the others their leases.
        SELECT leases.store_id, leases.conversation_id
        FROM leases JOIN mine USING (store_id, conversation_id, fence)
        WHERE leases.holder = its_holder AND leases.held_until > '-infinity'
        FOR NO KEY UPDATE OF leases SKIP LOCKED
    ), renewed AS (
        UPDATE leases SET held_until = clock_timestamp() + seconds * interval '1 second'
        FROM free
        WHERE leases.store_id = free.store_id AND leases.conversation_id = free.conversation_id
    )
    SELECT mine.* FROM mine
    WHERE NOT EXISTS (
        SELECT 1 FROM leases
        WHERE leases.store_id = mine.store_id AND leases.conversation_id = mine.conversation_id
          AND leases.fence = mine.fence AND leases.holder = its_holder)
$$;

-- What has waited too long without a live lease: the sweeper rings these again (promise P8).
-- What a paused store holds waits for nobody.
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
            FROM inbox
            WHERE state = 'pending' AND conversation_id IS NOT NULL AND due_at < 'infinity'
            ORDER BY store_id, conversation_id, seq
        ) AS head
        LEFT JOIN leases USING (store_id, conversation_id)
        WHERE head.due_at < clock_timestamp() - grace_seconds * interval '1 second'
          AND (leases.held_until IS NULL OR leases.held_until < clock_timestamp())
    ) AS late
    WHERE late.place <= of_each_store  -- one store's backlog must not hide another's
$$;

-- Gives back a turn that its process will not finish because it was asked to stop: that is not the
-- message's fault, so the attempt is not counted. The fence moves on: what the process still tries
-- under its own is refused.
CREATE FUNCTION hand_back(
    of_store text, its_conversation uuid, its_holder text, its_fence bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE leases SET held_until = '-infinity', fence = fence + 1
    WHERE store_id = of_store AND conversation_id = its_conversation AND fence = its_fence
      AND holder = its_holder AND held_until > '-infinity';
    IF FOUND THEN
        UPDATE inbox SET attempts = greatest(attempts - 1, 0)
        FROM turns
        WHERE inbox.store_id = of_store AND turns.store_id = of_store
          AND inbox.turn_id = turns.turn_id AND inbox.state = 'pending'
          AND turns.conversation_id = its_conversation AND turns.state = 'open'
          AND turns.fence = its_fence;
    END IF;
END $$;
