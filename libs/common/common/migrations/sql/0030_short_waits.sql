-- The door's one committing thread waits for nobody long: whoever holds a conversation's head or a
-- person longer, such as a process that was stopped in the middle of a transaction, costs the
-- deliveries for that customer a 503, and no other store anything.
ALTER FUNCTION store_items(incoming[]) SET lock_timeout = '200ms';
ALTER FUNCTION heed_preference(text, text, text, boolean, timestamptz) SET lock_timeout = '200ms';
