-- Drops what is known of a store that is registered no more.
--
-- ARGV[1]  the store
-- Guarantee: no process is offered a turn of it until it is rung again.
local store = ARGV[1]
for _, conversation in ipairs(redis.call('ZRANGE', CLAIMS .. store, 0, -1)) do
    unclaim(store, conversation)
end
redis.call('DEL', QUEUE .. store, RUNG .. store, AGAIN .. store, PACE .. store, AHEAD .. store)
for _, lane in ipairs({ SHARED, store }) do
    redis.call('ZREM', RING .. lane, store)
    redis.call('ZREM', LINE .. lane, store)
    for _, conversation in ipairs(redis.call('SMEMBERS', FIRST .. store)) do
        leave_express(lane, store, conversation)
    end
    leave_express(lane, store, STATUSES)
end
return now
