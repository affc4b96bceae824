-- Who looks at a conversation: a member for each socket, by the time until which it counts.
-- Keeps or removes one, forgets those whose time is over, and tells the store's topic when that
-- changed who is there. One step, so that what is told last is how it stands.
--
-- KEYS[1] the conversation's viewers; ARGV: stay or leave, the member, for how long (ms),
-- the topic, the session, the most that are told
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[1] == 'leave' then
    changed = changed + redis.call('ZREM', KEYS[1], ARGV[2])
else
    changed = changed + redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
if changed > 0 then
    local viewers = redis.call('ZRANGE', KEYS[1], 0, ARGV[6] - 1)
    local told = { session_id = ARGV[5] }
    if #viewers > 0 then
        told.viewers = viewers
    end
    redis.call('PUBLISH', ARGV[4], cjson.encode({ presence = told }))
end
return changed
