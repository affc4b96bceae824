-- Replies that a store keeps ready: an agent takes one by its shortcut and sends it as their own words.
CREATE TABLE canned_replies (
    store_id text NOT NULL REFERENCES stores ON DELETE CASCADE,
    canned_id uuid NOT NULL DEFAULT uuidv7(),
    shortcut text NOT NULL CHECK (shortcut ~ '^[a-z0-9-]{1,32}$'),
    content text NOT NULL CHECK (content <> ''),  -- its variables are filled in by the page
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (store_id, canned_id),
    UNIQUE (store_id, shortcut)
);

SELECT guard_by_store('canned_replies');

-- Finds or makes the person with a number and gives them a session, for who begins to write to
-- them. Its window is closed until they answer. Their own name stays as they gave it.
CREATE FUNCTION begin_conversation(of_store text, its_phone text, its_name text)
RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    person incoming;
    its_conversation uuid;
BEGIN
    person.place := 1;
    person.inbox_id := uuidv7();
    person.store_id := of_store;
    person.kind := 'command';
    person.phone := its_phone;
    person.name := '';
    person.is_new := true;
    its_conversation := ((find_people(ARRAY[person]))[1]).conversation_id;
    PERFORM 1 FROM conversations  -- before the contact, as everywhere
    WHERE store_id = of_store AND conversation_id = its_conversation FOR NO KEY UPDATE;
    UPDATE contacts SET name = its_name
    WHERE store_id = of_store AND contact_id = its_conversation AND name = '' AND its_name <> '';
    PERFORM enter_session(of_store, its_conversation);
    RETURN (SELECT session_id FROM conversations
        WHERE store_id = of_store AND conversation_id = its_conversation);
END $$;
