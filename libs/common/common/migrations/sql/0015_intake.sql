-- Step 4 of a message's life, for many deliveries of many stores in one statement.
--
-- Every step works on the whole set: a group of a hundred deliveries costs a handful of queries.
-- Lock order everywhere: aliases, then conversation heads, then inbox rows, each in one order.
-- A duplicate is sorted out first, so that one that comes again touches neither people nor heads.

CREATE TYPE incoming AS (
    place bigint,               -- 1-based, in the order of delivery
    inbox_id uuid,              -- in that order too
    store_id text,
    kind text,
    event_id text,
    payload_sealed bytea,
    sent_at timestamptz,
    hold_back double precision,  -- milliseconds
    conversation_id uuid,
    phone text,
    user_id text,
    lid text,
    name text,
    new_phone text,             -- the number they changed to
    previous_user_id text,      -- the id that user_id replaces
    is_new boolean
);

-- items: [{"store_id", "kind", "event_id", "payload" (base64), "sent_at" (epoch seconds|null),
--          "hold_back_ms"?, "conversation_id"?, "phone"?, "user_id"?, "lid"?, "name"?,
--          "new_phone"?, "previous_user_id"?}], in delivery order.
CREATE FUNCTION read_items(items jsonb)
RETURNS incoming[] LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    SELECT array_agg(ROW(
        place, uuidv7(), store_id, kind, event_id, decode(payload, 'base64'), to_timestamp(sent_at),
        coalesce(hold_back_ms, 0), conversation_id, phone, user_id, lid, coalesce(name, ''),
        new_phone, previous_user_id, true)::incoming ORDER BY place)
    FROM ROWS FROM (jsonb_to_recordset(items) AS (
        store_id text, kind text, event_id text, payload text, sent_at double precision,
        hold_back_ms double precision, conversation_id uuid, phone text, user_id text, lid text,
        name text, new_phone text, previous_user_id text)) WITH ORDINALITY AS each (
        store_id, kind, event_id, payload, sent_at, hold_back_ms, conversation_id, phone, user_id,
        lid, name, new_phone, previous_user_id, place)
$$;

-- Marks what is there already, with the conversation it is in, and what comes twice in the set.
CREATE FUNCTION mark_known(given incoming[])
RETURNS incoming[] LANGUAGE sql STABLE SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT array_agg(ROW(
        each.place, each.inbox_id, each.store_id, each.kind, each.event_id, each.payload_sealed, each.sent_at,
        each.hold_back, coalesce(known.conversation_id, each.conversation_id), each.phone,
        each.user_id, each.lid, each.name, each.new_phone, each.previous_user_id,
        known.inbox_id IS NULL AND each.nth = 1)::incoming ORDER BY each.place)
    FROM (
        SELECT item.*, row_number() OVER (
            PARTITION BY item.store_id, item.kind, item.event_id ORDER BY item.place) AS nth
        FROM unnest(given) AS item
    ) AS each
    LEFT JOIN inbox AS known ON known.store_id = each.store_id AND known.kind = each.kind
        AND known.event_id = each.event_id
$$;

-- Gives every new item that names a person its conversation. Who is known, with nothing new
-- about them, costs a look; all others are taken one by one, in one order for everybody.
CREATE FUNCTION find_people(given incoming[])
RETURNS incoming[] LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET lock_timeout = '200ms' AS $$  -- two who wait for each other are told so sooner
DECLARE
    contacts_of uuid[];
    person incoming;
    has_met boolean := false;
BEGIN
    SELECT array_agg(familiar.contact_id ORDER BY each.place) INTO contacts_of
    FROM unnest(given) AS each
    LEFT JOIN LATERAL (
        SELECT contacts.contact_id FROM contact_aliases AS alias
        JOIN contacts ON contacts.store_id = alias.store_id
            AND contacts.contact_id = alias.contact_id
        WHERE each.is_new AND each.kind <> 'status'
          AND each.new_phone IS NULL AND each.previous_user_id IS NULL AND each.lid IS NULL
          AND alias.store_id = each.store_id
          AND alias.kind = CASE WHEN each.phone IS NULL THEN 'bsuid' ELSE 'phone' END
          AND alias.value = coalesce(each.phone, each.user_id)
          AND (each.name = '' OR contacts.name = each.name)
          AND (each.user_id IS NULL OR contacts.user_id = each.user_id)
    ) AS familiar ON true;
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('people:' || store_id, 0)) FROM (
            SELECT DISTINCT each.store_id FROM unnest(given) AS each
            WHERE each.is_new AND each.kind <> 'status' AND each.conversation_id IS NULL
              AND contacts_of[each.place] IS NULL
            ORDER BY each.store_id) AS stores;
        FOR person IN
            SELECT * FROM unnest(given) AS each
            WHERE each.is_new AND each.kind <> 'status' AND each.conversation_id IS NULL
              AND contacts_of[each.place] IS NULL
            ORDER BY each.store_id, each.phone, each.user_id, each.place
        LOOP
            contacts_of[person.place] := contact_of(person);
            has_met := true;
        END LOOP;
    EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'two waited for each other' USING ERRCODE = 'ML002';
    END;
    IF has_met THEN
        -- Of those found before, some may have turned out to be one.
        SELECT array_agg(coalesce(contacts.merged_into, each.contact_id) ORDER BY each.place)
        INTO contacts_of FROM unnest(contacts_of) WITH ORDINALITY AS each (contact_id, place)
        LEFT JOIN contacts ON contacts.store_id = given[each.place].store_id
            AND contacts.contact_id = each.contact_id;
    END IF;
    FOR place IN 1 .. cardinality(given) LOOP
        given[place].conversation_id := coalesce(given[place].conversation_id, contacts_of[place]);
    END LOOP;
    RETURN given;
END $$;

-- Stores what is new, each conversation's in the order given, without gaps. The heads are locked
-- before the second look, so that twins arriving at once are one row.
CREATE FUNCTION store_items(given incoming[])
RETURNS bigint[] LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    stored bigint[];
    numbered bigint;
    moment timestamptz;
BEGIN
    PERFORM 1 FROM conversation_heads AS head
    JOIN (SELECT DISTINCT store_id, conversation_id FROM unnest(given)
          WHERE is_new AND conversation_id IS NOT NULL) AS named
    ON head.store_id = named.store_id AND head.conversation_id = named.conversation_id
    ORDER BY head.store_id, head.conversation_id FOR NO KEY UPDATE OF head;
    given := mark_known(given);
    moment := clock_timestamp();
    WITH placed AS (
        SELECT each.*, head.last_seq + row_number() OVER (
            PARTITION BY each.store_id, each.conversation_id ORDER BY each.place) AS its_seq
        FROM unnest(given) AS each
        LEFT JOIN conversation_heads AS head ON head.store_id = each.store_id
            AND head.conversation_id = each.conversation_id
        WHERE each.is_new
    ), kept AS (
        INSERT INTO inbox (
            store_id, inbox_id, kind, event_id, conversation_id, seq, payload_sealed, sent_at,
            received_at, due_at)
        SELECT store_id, inbox_id, kind, event_id, conversation_id, its_seq, payload_sealed,
               sent_at, moment, moment + hold_back * interval '1 millisecond'
        FROM placed ORDER BY store_id, conversation_id, its_seq, event_id
        ON CONFLICT (store_id, kind, event_id) DO NOTHING
        RETURNING store_id, kind, event_id
    ), moved AS (
        UPDATE conversation_heads AS head SET last_seq = latest.seq
        FROM (SELECT store_id, conversation_id, max(its_seq) AS seq FROM placed
              WHERE conversation_id IS NOT NULL GROUP BY 1, 2) AS latest
        WHERE head.store_id = latest.store_id AND head.conversation_id = latest.conversation_id
    )
    SELECT array_agg(placed.place) FILTER (WHERE kept.event_id IS NOT NULL),
           count(*) FILTER (WHERE kept.event_id IS NULL AND placed.conversation_id IS NOT NULL)
    INTO stored, numbered
    FROM placed LEFT JOIN kept ON kept.store_id = placed.store_id AND kept.kind = placed.kind
        AND kept.event_id = placed.event_id;
    IF numbered > 0 THEN
        -- Somebody stored it under another name of the same person: its number would be a gap.
        RAISE EXCEPTION 'an item came in twice at once' USING ERRCODE = 'ML002';
    END IF;
    RETURN coalesce(stored, '{}');
END $$;

-- Returns one row for each item: its place, conversation and whether it was new.
-- Promises: an item is stored once for ever (store, kind, event id); the sequence of a
-- conversation has no gaps and follows the order of the items; all or none. Fails with ML002, a
-- deadlock or a lock's time-out when others told of the same people, or stored the same, at the
-- same moment: ask again, alone.
CREATE OR REPLACE FUNCTION accept_items(items jsonb)
RETURNS TABLE (place bigint, conversation uuid, accepted boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    given incoming[] := find_people(mark_known(read_items(items)));
    stored bigint[] := store_items(given);
BEGIN
    -- A person does not wait for a hold-back or a back-off of what came before.
    UPDATE inbox SET due_at = clock_timestamp()
    FROM unnest(given) AS each
    WHERE each.kind = 'command' AND each.place = ANY (stored)
      AND inbox.store_id = each.store_id AND inbox.conversation_id = each.conversation_id
      AND inbox.state = 'pending' AND inbox.due_at > clock_timestamp();
    RETURN QUERY SELECT each.place, each.conversation_id, each.place = ANY (stored)
        FROM unnest(given) AS each;
END $$;
-- The same while nobody else of these stores tells anything new about a person.
CREATE FUNCTION accept_items_alone(items jsonb)
RETURNS TABLE (place bigint, conversation uuid, accepted boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('people:' || store_id, 0)) FROM (
        SELECT DISTINCT store_id FROM jsonb_to_recordset(items) AS each (store_id text)
        ORDER BY store_id) AS stores;
    RETURN QUERY SELECT * FROM accept_items(items);
END $$;
DROP FUNCTION accept_item(text, text, text, uuid, bytea, timestamptz, double precision);
