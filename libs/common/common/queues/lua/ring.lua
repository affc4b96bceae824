-- Rings conversations of any number of stores, once each.
--
-- ARGV[1]  JSON: [[store, delay in ms, goes first (bool), [conversation, ...]], ...]
-- ARGV[2]  JSON: [[store, interval in ms, cap, weight], ...]: paces that the caller knows
-- ARGV[3]  for how many ms those stay fresh
-- Guarantee: afterwards each of them has one doorbell, due no later than asked, its store is in
-- the ring, and a process that waits is awake for it; one that is being worked on is rung when
-- that ends.
for _, known in ipairs(cjson.decode(ARGV[2])) do
    learn_pace(known[1], known[2], known[3], known[4], ARGV[3])
end
for _, asked in ipairs(cjson.decode(ARGV[1])) do
    local store, due, goes_first = asked[1], now + asked[2], asked[3]
    for _, conversation in ipairs(asked[4]) do
        if goes_first then
            ring_express(store, conversation, due)
        else
            ring_conversation(store, conversation, due)
        end
    end
    if not goes_first then schedule(store) end
end
return now
