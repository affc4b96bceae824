-- Notes that WhatsApp did not answer a send, or as one who is not well.
--
-- ARGV[2]  the store    ARGV[3]  the app
-- Returns for how many ms that opened the store's circuit, and the app's; 0 when it did not.
-- Guarantee: failures of sends that went off before a circuit opened do not make it open longer.
return note_failure(ARGV[2], ARGV[3])
