-- Lets one part go, or says when to ask again.
--
-- ARGV[2]  the store       ARGV[3]  the conversation
-- ARGV[4]  the part        ARGV[5]  the app
-- ARGV[6]  sends a second of the store's number
-- ARGV[7]  ms in which the pair's bucket gets one send back, or 0    ARGV[8]  its size
-- Returns ms to wait (0: go), 1 when a circuit wants to hear how it went, and, to one that goes,
-- how many ms from now it is to leave.
--
-- Guarantee: over all who ask, however late, n sends of a number take n - 1 intervals less 20 ms
-- at least; none goes that a hold, the pair's bucket or a circuit keeps back. Who comes goes
-- behind those who wait. Who waits and comes at his time goes as soon as the number is free:
-- nobody's absence keeps him.
local store, conversation, part, app = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local rate, refill, size = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local NUMBER, LINE = SEND .. store, SEND .. store .. ':line'
local PAIR = SEND .. store .. ':pair:' .. conversation
local FEW_MS = 100              -- so long a few stay at the gate, or two intervals
local LATE_MS = 500            -- for so long one who is late still stands before who comes
local LONGEST_WAIT_MS = 15000  -- who waits longer asks again: the rate may have changed
-- Where a number is at its limit, sends leave so long after they were let go, all alike: what is
-- done in between takes one longer than the other, and they would bunch up on the way.
local LEAD_MS, LEAD_INTERVALS, LEAD_GOES_ON_MS = 150, 8, 1000

local state = redis.call('HMGET', NUMBER, 'free', 'front', 'held', 'share', 'slowed', 'full',
    'next')
local own = circuit_at(store_circuit(store))
local whole = circuit_at(app_circuit(app))
local is_watched = (own.is_watched or whole.is_watched) and 1 or 0

local effective = rate * share_of(tonumber(state[4]), tonumber(state[5]))
local interval = 1000 / (math.max(effective, math.min(rate, 1)) * SHARE_OF_LIMIT)

-- Of a number that nobody knows: as if one had gone when this Redis was first asked.
local function free_from()
    local free = tonumber(state[1])
    if not free then
        redis.call('SET', SINCE, at(now), 'NX')
        free = tonumber(redis.call('GET', SINCE)) + interval
    end
    return math.min(free, now + interval)  -- of a slower rate, or another Redis's clock
end

local free = free_from()
local opens = math.max(now, free, tonumber(state[3]) or 0, field(APP .. app, 'held') or 0,
    allowed_from(own), allowed_from(whole))

local function pair_from()
    local pair = redis.call('HMGET', PAIR, 'full', 'held')
    local full, held = tonumber(pair[1]) or 0, tonumber(pair[2]) or 0
    if refill == 0 then return held, now end
    full = math.min(full, now + size * refill)  -- of a larger bucket
    return math.max(held, full - (size - 1) * refill), math.max(full, now)
end

local function go(told, full)
    local made_up = math.max(0, math.min(now - (told or now), MADE_UP_MS, interval))
    redis.call('ZREM', LINE, part)
    redis.call('HSET', NUMBER, 'free', at(math.max(free, now - made_up) + interval))
    if told then redis.call('HSET', NUMBER, 'full', at(now)) end
    local is_full = told or now - (tonumber(state[6]) or 0) < LEAD_GOES_ON_MS
    local lead = is_full and math.min(LEAD_MS, LEAD_INTERVALS * interval) or 0
    keep(NUMBER, STATE_MS + interval)
    if refill > 0 then
        redis.call('HSET', PAIR, 'full', at(full + refill))
        keep(PAIR, full + refill - now)
    end
    try(own)
    try(whole)
    return { 0, is_watched, math.floor(lead) }
end

-- Where one that comes is put: behind all who wait, also those who are a little late.
local function behind_all()
    local late = redis.call('ZCOUNT', LINE, at(now - LATE_MS), at(now))
    local last = tonumber(redis.call('ZRANGE', LINE, -1, -1, 'WITHSCORES')[2])
    return math.max(opens + late * interval, (last or 0) + interval)
end

-- Where one is put whose time has come while the number is not free: among the few who stay at the
-- gate, so that no interval is lost, or behind those who were sent away as it is.
local function at_the_front()
    local next = math.max(free, (tonumber(state[7]) or 0) + interval)
    if opens == free and next - now <= math.max(2 * interval, FEW_MS) then
        redis.call('HSET', NUMBER, 'next', at(next))
        return next
    end
    local front = math.max(opens, next, (tonumber(state[2]) or 0) + interval)
    front = math.min(front, opens + redis.call('ZCARD', LINE) * interval)
    redis.call('HSET', NUMBER, 'front', at(front))
    return front
end

local function place_of(told)
    if not told then return behind_all() end
    if told <= now + 1 or told < opens then return opens <= now and now or at_the_front() end
    return math.min(told, opens + redis.call('ZRANK', LINE, part) * interval)
end

local pair_free, full = pair_from()
if pair_free > now then
    redis.call('ZREM', LINE, part)  -- its place is of no use to it
    return { math.ceil(math.max(pair_free, opens) - now), is_watched, 0 }
end
redis.call('ZREMRANGEBYSCORE', LINE, '-inf', at(now - KEEP_MS))
local told = score(LINE, part)
local place = place_of(told)
if place <= now then return go(told, full) end
redis.call('ZADD', LINE, at(place), part)
keep(LINE, place - now + KEEP_MS)
keep(NUMBER, place - now + KEEP_MS)
local wait = math.max(math.min(place - now, LONGEST_WAIT_MS), opens - now)
return { math.ceil(wait), is_watched, 0 }
