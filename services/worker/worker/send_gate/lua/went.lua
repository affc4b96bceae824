-- Notes that WhatsApp answered a send like one who is well.
--
-- ARGV[2]  the store    ARGV[3]  the app
-- Returns 1 when that closed the store's circuit, and 1 when it closed the app's.
-- Guarantee: afterwards no failure in a row is counted of either, and both circuits are closed.
return note_success(ARGV[2], ARGV[3])
