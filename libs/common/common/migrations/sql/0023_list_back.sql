-- The columns as they were before 0023.
ALTER TABLE contacts DROP COLUMN blocked_at, DROP COLUMN opted_out_at;
ALTER TABLE conversations DROP COLUMN snoozed_until, DROP COLUMN snoozed;
