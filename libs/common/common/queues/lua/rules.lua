-- What every script of this package shares; it is put in front of each of them.
--
-- Keys, all named by the store (S), or by the lane (L) whose workers serve it:
--   dramatiq:messages:S   list    conversations whose mail is due, in the order it fell due
--   mostrador:rung:S      zset    each conversation that has a doorbell: 0 when it is in the
--                                 list, else the time (ms) at which it is due
--   mostrador:claims:S    zset    what workers are at: the time their claim ends
--   mostrador:claimed     zset    every claim of every store (S/conversation): the time it ends
--   mostrador:again:S     zset    what was rung while it was claimed: when it is due
--   mostrador:ahead:S     set     what goes to the head of the list when it is due: it had come to
--                                 its turn, and another held it or it was not due yet
--   mostrador:pace:S      hash    next (ms), turn (virtual time), interval (ms), cap, weight, fresh
--   mostrador:ring:L      zset    stores with mail: the next time they may take a turn
--   mostrador:line:L      zset    stores that may take a turn now, by virtual time
--   mostrador:turn:L      string  virtual time of the lane: the last turn's
--   mostrador:express:L   zset    doorbells that spend no pace and go first: S/conversation
--   mostrador:first:S     set     what of the store is among them, or will be when the turn
--                                 ends behind which it was rung; to be counted
--   mostrador:idle:L      zset    worker processes that wait, the longest waiting first; those
--                                 with no seats but the kept ones behind all others
--   mostrador:dedicated   zset    stores with workers of their own: until when that is sure
--   mostrador:opened      string  from when on this Redis may give out turns
--
-- Times are this Redis's own clock. Times too far ahead to be true are of another Redis's past,
-- and count as nothing. Nothing here is the truth: a lost key costs a sweep, never a message.

local SHARED = 'shared'
local STATUSES = 'statuses'
local QUEUE, RUNG = 'dramatiq:messages:', 'mostrador:rung:'
local CLAIMS, AGAIN, PACE = 'mostrador:claims:', 'mostrador:again:', 'mostrador:pace:'
local RING, LINE, TURN = 'mostrador:ring:', 'mostrador:line:', 'mostrador:turn:'
local EXPRESS, IDLE = 'mostrador:express:', 'mostrador:idle:'
local DEDICATED, OPENED, WAKE = 'mostrador:dedicated', 'mostrador:opened', 'mostrador:wake:'
local CLAIMED, FIRST, AHEAD = 'mostrador:claimed', 'mostrador:first:', 'mostrador:ahead:'
local BEHIND = 100000000000000  -- ms; later than any clock
local LONGEST_CLAIM = 600000
local LONGEST_DEDICATION = 120000
local FORGET = 3600000  -- what is left of a store that went quiet

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000

-- Redis would write a time with six digits only.
local function at(time)
    return string.format('%.3f', time)
end

local function score(key, member)
    return tonumber(redis.call('ZSCORE', key, member) or nil)
end

local function first(key)
    local head = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return head[1], tonumber(head[2])
end

local function lane_of(store)
    local sure = score(DEDICATED, store)
    if sure and sure > now and sure <= now + LONGEST_DEDICATION then return store end
    return SHARED
end

local function is_claimed(store, conversation)
    local ends = score(CLAIMS .. store, conversation)
    return ends and ends > now and ends <= now + LONGEST_CLAIM
end

local function claim(store, conversation, milliseconds)
    redis.call('ZADD', CLAIMS .. store, at(now + milliseconds), conversation)
    redis.call('PEXPIRE', CLAIMS .. store, LONGEST_CLAIM)
    redis.call('ZADD', CLAIMED, at(now + milliseconds), store .. '/' .. conversation)
end

local function unclaim(store, conversation)
    redis.call('ZREM', CLAIMS .. store, conversation)
    redis.call('ZREM', CLAIMED, store .. '/' .. conversation)
end

local function leave_express(lane, store, conversation)
    redis.call('ZREM', EXPRESS .. lane, store .. '/' .. conversation)
    redis.call('SREM', FIRST .. store, conversation)
end

local function split(member)
    return string.match(member, '^([^/]*)/(.*)$')
end

-- Counts the turns at work, without those whose worker is gone.
local function turns_at_work(store)
    local key = CLAIMS .. store
    redis.call('ZREMRANGEBYSCORE', key, '-inf', at(now))
    redis.call('ZREMRANGEBYSCORE', key, '(' .. at(now + LONGEST_CLAIM), '+inf')
    local count = redis.call('ZCARD', key)
    if count > 0 and score(key, STATUSES) then return count - 1 end
    return count
end

-- Says whether anything of the lane could go now, were there a seat for it.
local function has_waiting(lane)
    return redis.call('ZCARD', LINE .. lane) > 0
        or redis.call('ZCOUNT', EXPRESS .. lane, '-inf', at(now)) > 0
end

-- Wakes the process that waits longest; one that is gone is passed over.
local function wake(lane)
    while true do
        local idle = redis.call('ZPOPMIN', IDLE .. lane)
        if not idle[1] then return end
        if redis.call('PUBLISH', WAKE .. idle[1], lane) > 0 then return end
    end
end

local function learn_pace(store, interval, cap, weight, fresh_for)
    redis.call('HSET', PACE .. store, 'interval', interval, 'cap', cap, 'weight', weight,
        'fresh', at(now + tonumber(fresh_for)))
    redis.call('PEXPIRE', PACE .. store, math.ceil(math.max(FORGET, 2 * tonumber(interval))))
end

local function pace_of(store)
    local found = redis.call('HMGET', PACE .. store, 'next', 'turn', 'interval', 'cap', 'weight', 'fresh')
    local pace = { interval = tonumber(found[3]), cap = tonumber(found[4]), weight = tonumber(found[5]) }
    local fresh = tonumber(found[6]) or 0
    pace.is_fresh = pace.interval and fresh > now and fresh <= now + 60000
    pace.turn = tonumber(found[2]) or 0
    pace.next = tonumber(found[1]) or 0
    if pace.next > now + (pace.interval or 1000) then pace.next = now end  -- of a slower pace
    return pace
end

-- When the store's first doorbell is due; nil when it has none.
local function first_due(store)
    if redis.call('LLEN', QUEUE .. store) > 0 then return now end
    local waiting = redis.call('ZRANGEBYSCORE', RUNG .. store, '(0', '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    return tonumber(waiting[2])
end

-- Puts the store in its lane's ring for the time it may take its next turn.
local function schedule(store)
    local lane = lane_of(store)
    if redis.call('ZSCORE', LINE .. lane, store) then return end
    local due = first_due(store)
    if not due then
        redis.call('ZREM', RING .. lane, store)
        return
    end
    local pace = pace_of(store)
    local eligible = math.max(due, pace.next)
    if pace.is_fresh and turns_at_work(store) >= pace.cap then
        local _, ends = first(CLAIMS .. store)
        eligible = math.max(eligible, ends or 0)
    end
    redis.call('ZADD', RING .. lane, at(eligible), store)
    if eligible <= now or first(RING .. lane) == store then wake(lane) end
end

-- A conversation with a turn at work is rung when that ends; says whether it has one.
local function is_rung_behind_its_turn(store, conversation, due)
    if not is_claimed(store, conversation) then return false end
    redis.call('ZADD', AGAIN .. store, 'LT', at(due), conversation)
    redis.call('PEXPIRE', AGAIN .. store, LONGEST_CLAIM)
    return true
end

-- Puts what is due now into the store's list. The first write is one that a full Redis refuses:
-- behind any other it would take the rest of them too.
local function fall_due(store, conversation)
    local is_ahead = redis.call('SISMEMBER', AHEAD .. store, conversation) == 1
    redis.call(is_ahead and 'LPUSH' or 'RPUSH', QUEUE .. store, conversation)
    redis.call('ZADD', RUNG .. store, 0, conversation)
    if is_ahead then redis.call('SREM', AHEAD .. store, conversation) end
end

local function mark_ahead(store, conversation)
    redis.call('SADD', AHEAD .. store, conversation)
    redis.call('PEXPIRE', AHEAD .. store, LONGEST_CLAIM)
end

-- Gives a conversation its doorbell, or an earlier one than it has.
local function ring_conversation(store, conversation, due)
    if is_rung_behind_its_turn(store, conversation, due) then return end
    local known = score(RUNG .. store, conversation)
    -- A flag whose job was lost is no doorbell.
    if known == 0 and redis.call('LLEN', QUEUE .. store) == 0 then known = nil end
    if known and known <= due then return end
    if due > now then
        redis.call('ZADD', RUNG .. store, at(due), conversation)
    else
        fall_due(store, conversation)
    end
end

local function mark_first(store, conversation)
    redis.call('SADD', FIRST .. store, conversation)
    redis.call('PEXPIRE', FIRST .. store, LONGEST_CLAIM)
end

local function ring_express(store, conversation, due)
    mark_first(store, conversation)
    if is_rung_behind_its_turn(store, conversation, due) then return end
    local lane = lane_of(store)
    redis.call('ZADD', EXPRESS .. lane, 'LT', at(due), store .. '/' .. conversation)
    wake(lane)
end

-- Says whether what was rung for it goes first, also if that was while its turn ran.
local function is_marked_first(store, conversation)
    return conversation == STATUSES
        or redis.call('SISMEMBER', FIRST .. store, conversation) == 1
end
