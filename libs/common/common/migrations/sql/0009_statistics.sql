-- What the planner takes for granted before the first ANALYZE of a table: a store has many rows,
-- the other columns of a key few or one. Without it every index that begins with the store looks
-- as good as the right one in a new or emptied table, and a plan once cached with the wrong one
-- reads the whole store at every step until autovacuum comes round. ANALYZE replaces these.
SELECT pg_restore_attribute_stats(
    'schemaname', 'public', 'relname', relname::text, 'attname', attname::text,
    'inherited', false, 'null_frac', 0::real, 'avg_width', 16,
    'n_distinct', CASE attname WHEN 'store_id' THEN 1 ELSE -1 END::real)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND reltuples < 0  -- never analyzed
  AND relname IN (
        'contacts', 'contact_aliases', 'conversation_heads', 'leases', 'conversations',
        'sessions', 'messages', 'inbox', 'turns', 'outbox', 'events')
  AND attname IN (
        'store_id', 'contact_id', 'value', 'conversation_id', 'session_id', 'message_id',
        'inbox_id', 'turn_id', 'outbox_id', 'event_id')
