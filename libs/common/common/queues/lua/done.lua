-- Ends a claim and rings the conversation again when it has more mail.
--
-- ARGV[1]  the store    ARGV[2]  the conversation
-- ARGV[3]  ms until its next mail is due, or -1 for none
-- ARGV[4]  1 when that goes first    ARGV[5]  1 when it goes ahead of its store's others then
-- Guarantee: what was rung while the claim lived is rung now, first if it was rung so, and the
-- store goes on.
local store, conversation, due_in = ARGV[1], ARGV[2], tonumber(ARGV[3])
unclaim(store, conversation)
local rung = score(AGAIN .. store, conversation)
redis.call('ZREM', AGAIN .. store, conversation)
local due = rung
if due_in >= 0 then due = math.min(rung or math.huge, now + due_in) end
if due then
    if ARGV[4] == '1' or is_marked_first(store, conversation) then
        ring_express(store, conversation, due)
    else
        if ARGV[5] == '1' then mark_ahead(store, conversation) end
        ring_conversation(store, conversation, due)
    end
end
schedule(store)
local lane = lane_of(store)
if has_waiting(lane) then wake(lane) end
return now
