-- What a customer's message brought beside words: expected with it, fetched in a step of its own.
--
-- A row is claimed for a moment, renewed, before anything is asked of WhatsApp. Each claim has a
-- fence: who settles names it, and a claim that another has followed settles nothing. The place in
-- the storage is chosen with the row, so that what an interrupted fetch left is overwritten.

ALTER TABLE media ADD COLUMN fence bigint NOT NULL DEFAULT 0;
CREATE INDEX media_claimed ON media (store_id, claimed_until)
    WHERE state = 'loading' AND claimed_until > '-infinity';
-- Of deleted messages, whose file may still lie in the storage.
CREATE INDEX media_revoked ON media (store_id, due_at)
    WHERE reason = 'revoked' AND due_at < 'infinity';

-- Writes down what remembered messages brought, and tells the console, which may have shown the
-- messages meanwhile. A message that nobody remembers or that is deleted by now brings nothing, and
-- nothing is expected twice.
CREATE FUNCTION expect_media(
    of_store text, their_messages uuid[], their_media text[], their_kinds text[],
    their_types text[], their_hashes text[], their_filenames text[])
RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    expected integer;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    WITH fresh AS (
        INSERT INTO media (
            store_id, message_id, media_id, kind, mime_type, sha256, filename, state, reason, place)
        SELECT of_store, each.message_id, each.media_id, each.kind, each.mime_type, each.sha256,
               each.filename,
               CASE WHEN each.media_id = '' THEN 'failed' ELSE 'loading' END,
               CASE WHEN each.media_id = '' THEN 'no_media_id' ELSE '' END,
               replace(gen_random_uuid()::text, '-', '')
        FROM unnest(their_messages, their_media, their_kinds, their_types, their_hashes,
                    their_filenames)
            AS each (message_id, media_id, kind, mime_type, sha256, filename)
        JOIN messages ON messages.store_id = of_store AND messages.message_id = each.message_id
            AND messages.revoked_at IS NULL
        ON CONFLICT (store_id, message_id) DO NOTHING
        RETURNING media.message_id)
    SELECT count(record_event(
        of_store, 'message_update',
        (SELECT session_id FROM messages  -- by its key: a join might read the whole store
         WHERE messages.store_id = of_store AND messages.message_id = fresh.message_id),
        jsonb_build_object('message_id', fresh.message_id)))
    INTO expected FROM fresh;
    RETURN expected;
END $$;

-- Claims what is due next, of any store, and counts the attempt. First comes the store with the
-- fewest claims, then who has waited longest: a store with thousands to fetch delays the others
-- by no more than what is being fetched. `busy` are stores that get nothing now; `only`, unless
-- it is null, the stores of a worker that serves no others.
CREATE FUNCTION claim_media(seconds double precision, busy text[], only_these text[])
RETURNS SETOF media
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    candidate text;
BEGIN
    FOR candidate IN
        WITH RECURSIVE each_store AS (
            (SELECT store_id FROM media WHERE state = 'loading' ORDER BY store_id LIMIT 1)
            UNION ALL
            SELECT (SELECT later.store_id FROM media AS later
                    WHERE later.state = 'loading' AND later.store_id > each_store.store_id
                    ORDER BY later.store_id LIMIT 1)
            FROM each_store WHERE each_store.store_id IS NOT NULL
        )
        SELECT each_store.store_id
        FROM each_store
        CROSS JOIN LATERAL (
            SELECT due_at FROM media
            WHERE store_id = each_store.store_id AND state = 'loading'
              AND due_at <= clock_timestamp() AND claimed_until < clock_timestamp()
            ORDER BY due_at LIMIT 1
        ) AS first
        WHERE each_store.store_id <> ALL (busy)
          AND (only_these IS NULL OR each_store.store_id = ANY (only_these))
        ORDER BY (SELECT count(*) FROM media AS claimed
                  WHERE claimed.store_id = each_store.store_id AND claimed.state = 'loading'
                    AND claimed.claimed_until > clock_timestamp()),
                 first.due_at
    LOOP
        RETURN QUERY
            UPDATE media SET
                claimed_until = clock_timestamp() + seconds * interval '1 second',
                attempts = attempts + 1, fence = fence + 1
            WHERE (store_id, message_id) = (
                SELECT due.store_id, due.message_id FROM media AS due
                WHERE due.store_id = candidate AND due.state = 'loading'
                  AND due.due_at <= clock_timestamp() AND due.claimed_until < clock_timestamp()
                ORDER BY due.due_at LIMIT 1
                FOR UPDATE SKIP LOCKED)
            RETURNING media.*;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;
END $$;

-- Ends a fetch: ready, or failed with a reason; the console is told. False when the claim is
-- another's by now, and then nothing was changed.
CREATE FUNCTION settle_media(
    of_store text, its_message uuid, its_fence bigint, its_state text, its_type text,
    its_size bigint, its_reason text)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    its_session uuid;
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE media SET
        state = its_state, mime_type = coalesce(its_type, mime_type), size = its_size,
        reason = its_reason, claimed_until = '-infinity'
    WHERE store_id = of_store AND message_id = its_message AND state = 'loading'
      AND fence = its_fence;
    IF NOT FOUND THEN
        -- Deleted meanwhile: what this fetch kept is to be removed.
        UPDATE media SET due_at = clock_timestamp()
        WHERE store_id = of_store AND message_id = its_message AND reason = 'revoked';
        RETURN false;
    END IF;
    SELECT session_id INTO STRICT its_session FROM messages
    WHERE store_id = of_store AND message_id = its_message;
    PERFORM record_event(
        of_store, 'message_update', its_session,
        jsonb_build_object('message_id', its_message));
    RETURN true;
END $$;

-- Puts a fetch off for a while, with the reason; one that is not the media's fault is not counted.
CREATE FUNCTION put_off_media(
    of_store text, its_message uuid, its_fence bigint, seconds double precision,
    its_reason text, is_counted boolean)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE media SET
        due_at = clock_timestamp() + seconds * interval '1 second', reason = its_reason,
        attempts = CASE WHEN is_counted THEN attempts ELSE greatest(attempts - 1, 0) END,
        claimed_until = '-infinity'
    WHERE store_id = of_store AND message_id = its_message AND state = 'loading'
      AND fence = its_fence;
    RETURN FOUND;
END $$;

-- Keeps a claim for as long again; false when it is another's, or settled.
CREATE FUNCTION renew_media(
    of_store text, its_message uuid, its_fence bigint, seconds double precision)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE media SET claimed_until = clock_timestamp() + seconds * interval '1 second'
    WHERE store_id = of_store AND message_id = its_message AND state = 'loading'
      AND fence = its_fence AND claimed_until > '-infinity';
    RETURN FOUND;
END $$;

-- Takes the next file of a deleted message, of any store or of `only_these`, for five minutes.
CREATE FUNCTION claim_revoked(only_these text[])
RETURNS SETOF media
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
        UPDATE media SET due_at = clock_timestamp() + interval '5 minutes'
        WHERE (store_id, message_id) = (
            SELECT due.store_id, due.message_id FROM media AS due
            WHERE due.reason = 'revoked' AND due.due_at < 'infinity'
              AND due.due_at <= clock_timestamp()
              AND (only_these IS NULL OR due.store_id = ANY (only_these))
            ORDER BY due.store_id, due.due_at LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING media.*;
END $$;

-- Notes that a deleted message's file is gone, unless another was kept since it was taken.
CREATE FUNCTION forget_revoked(of_store text, its_message uuid)
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    UPDATE media SET due_at = 'infinity'
    WHERE store_id = of_store AND message_id = its_message AND reason = 'revoked'
      AND due_at > clock_timestamp();
    RETURN FOUND;
END $$;
