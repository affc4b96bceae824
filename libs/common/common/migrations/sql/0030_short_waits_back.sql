-- Waits as long as any other statement again.
ALTER FUNCTION heed_preference(text, text, text, boolean, timestamptz) RESET lock_timeout;
ALTER FUNCTION store_items(incoming[]) RESET lock_timeout;
