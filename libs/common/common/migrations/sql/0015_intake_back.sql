-- The functions as they were before 0015.
DROP FUNCTION accept_items_alone(jsonb), accept_items(jsonb);
DROP FUNCTION store_items, find_people, mark_known, contact_of, describe_contact, merge_contacts, new_contact,
    names_of, read_items;
DROP TYPE incoming;

CREATE FUNCTION accept_items(items jsonb)
RETURNS TABLE (place bigint, conversation uuid, accepted boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item record;
    known uuid[];
BEGIN
    -- People first: one may be named by phone here and by user id there, and only then is it
    -- clear which items belong together.
    FOR item IN
        SELECT each.* FROM ROWS FROM (jsonb_to_recordset(items) AS (
            store_id text, kind text, conversation_id uuid, phone text, user_id text, name text))
            WITH ORDINALITY AS each (store_id, kind, conversation_id, phone, user_id, name, place)
        WHERE each.kind <> 'status' AND each.conversation_id IS NULL
        ORDER BY each.store_id, each.phone, each.user_id, each.place
    LOOP
        known[item.place] := contact_of(item.store_id, item.phone, item.user_id, item.name);
    END LOOP;
    FOR item IN
        SELECT each.*, coalesce(each.conversation_id, known[each.place]) AS its_conversation
        FROM ROWS FROM (jsonb_to_recordset(items) AS (
            store_id text, kind text, event_id text, payload text, sent_at double precision,
            hold_back_ms double precision, conversation_id uuid)) WITH ORDINALITY AS each (
            store_id, kind, event_id, payload, sent_at, hold_back_ms, conversation_id, place)
        ORDER BY each.store_id, its_conversation, each.place
    LOOP
        place := item.place;
        conversation := item.its_conversation;
        accepted := accept_item(
            item.store_id, item.kind, item.event_id, conversation,
            decode(item.payload, 'base64'), to_timestamp(item.sent_at),
            coalesce(item.hold_back_ms, 0));
        RETURN NEXT;
    END LOOP;
END $$;

-- Finds the contact by any of its aliases, or makes it; a new alias of a known contact is kept.
CREATE FUNCTION contact_of(of_store text, its_phone text, its_user_id text, its_name text)
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    found_id uuid;
    fresh_id uuid;
BEGIN
    SELECT contact_id INTO found_id FROM contact_aliases
    WHERE store_id = of_store
      AND ((kind = 'phone' AND value = its_phone) OR (kind = 'bsuid' AND value = its_user_id))
    ORDER BY kind DESC LIMIT 1;
    IF found_id IS NULL THEN
        fresh_id := uuidv7();
        -- The alias goes first: of two doors that see a new person at once, one waits here.
        INSERT INTO contact_aliases (store_id, kind, value, contact_id)
        VALUES (of_store, CASE WHEN its_phone IS NULL THEN 'bsuid' ELSE 'phone' END,
                coalesce(its_phone, its_user_id), fresh_id)
        ON CONFLICT DO NOTHING;
        SELECT contact_id INTO found_id FROM contact_aliases
        WHERE store_id = of_store
          AND kind = CASE WHEN its_phone IS NULL THEN 'bsuid' ELSE 'phone' END
          AND value = coalesce(its_phone, its_user_id);
    END IF;
    IF found_id = fresh_id THEN
        INSERT INTO contacts (store_id, contact_id, name, phone, user_id)
        VALUES (of_store, found_id, coalesce(its_name, ''), its_phone, its_user_id);
        INSERT INTO conversation_heads (store_id, conversation_id) VALUES (of_store, found_id);
        INSERT INTO conversations (store_id, conversation_id) VALUES (of_store, found_id);
    END IF;
    INSERT INTO contact_aliases (store_id, kind, value, contact_id)
    SELECT of_store, kind, value, found_id
    FROM (VALUES ('phone', its_phone), ('bsuid', its_user_id)) AS given (kind, value)
    WHERE value IS NOT NULL
    ON CONFLICT DO NOTHING;
    UPDATE contacts SET
        name = CASE WHEN its_name <> '' THEN its_name ELSE name END,
        phone = coalesce(phone, its_phone),
        user_id = coalesce(its_user_id, user_id)
    WHERE store_id = of_store AND contact_id = found_id
      AND (name, phone, user_id) IS DISTINCT FROM (
        CASE WHEN its_name <> '' THEN its_name ELSE name END,
        coalesce(phone, its_phone), coalesce(its_user_id, user_id));
    RETURN found_id;
END $$;

-- Stores one item unless it is there already. The head is locked before the second look, so
-- that twins arriving at once give one row and no gap in the sequence.
CREATE FUNCTION accept_item(
    of_store text, its_kind text, its_event_id text, its_conversation uuid, its_payload bytea,
    its_sent_at timestamptz, hold_back_ms double precision)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    next_seq bigint;
BEGIN
    IF its_conversation IS NOT NULL THEN
        SELECT last_seq + 1 INTO STRICT next_seq FROM conversation_heads
        WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    END IF;
    INSERT INTO inbox (store_id, kind, event_id, conversation_id, seq, payload_sealed, sent_at, due_at)
    VALUES (of_store, its_kind, its_event_id, its_conversation, next_seq, its_payload, its_sent_at,
            clock_timestamp() + hold_back_ms * interval '1 millisecond')
    ON CONFLICT (store_id, kind, event_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF its_conversation IS NOT NULL THEN
        UPDATE conversation_heads SET last_seq = next_seq
        WHERE store_id = of_store AND conversation_id = its_conversation;
    END IF;
    IF its_kind = 'command' THEN
        -- A person does not wait for a hold-back or a back-off of what came before.
        UPDATE inbox SET due_at = clock_timestamp()
        WHERE store_id = of_store AND conversation_id = its_conversation
          AND state = 'pending' AND due_at > clock_timestamp();
    END IF;
    RETURN true;
END $$;

