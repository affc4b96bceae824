-- What every script of this package shares; it is put in front of each of them.
--
-- Keys. S is a store, which has one number; C a conversation of it; A its app, whose stores
-- share one app secret:
--   mostrador:send:S          hash    free: when the number may send next; next, front: the last
--                                     times told to those whose own had come; held: nothing goes
--                                     before; full: when one went that had waited; share: of
--                                     its rate, after a 130429 at `slowed`
--   mostrador:send:S:line     zset    parts that wait: the place of each, as a time
--   mostrador:send:S:pair:C   hash    full: when the bucket will be full again; held
--   mostrador:send:S:circuit  hash    fails: in a row; until: open; level: 2^level s; probe: until
--                                     when one send is waited for that tries
--   mostrador:send-app:A      hash    held
--   mostrador:send-app:A:circuit  hash  as a store's; first: the store of the first failure;
--                                     several: it was not the only one
--   mostrador:send-app:A:open zset    stores whose circuit is not closed: until when that counts
--   mostrador:send-since      string  when this Redis was first asked
--
-- Times are ms of this Redis's own clock, or of ARGV[1] where a test gives one. Nothing is the
-- truth: all but the last key end by themselves, and a lost one costs a wait, never a burst.

local SEND, APP, SINCE = 'mostrador:send:', 'mostrador:send-app:', 'mostrador:send-since'
-- Sends stay this far under a number's limit: on their way to WhatsApp some catch up with others.
local SHARE_OF_LIMIT = 0.94
local MADE_UP_MS = 20          -- of one's lateness the next may make up so much
local KEEP_MS = 30000          -- a place that nobody comes for is forgotten
local STATE_MS = 60000         -- what is left of a number that went quiet
local RISE_MS = 120000         -- from a lowered rate back to the full one
local LEAST_SHARE = 1 / 16

local function clock()
    local told = tonumber(ARGV[1])
    if told then return told end
    local time = redis.call('TIME')
    return tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
end
local now = clock()

-- Redis would write a time with six digits only.
local function at(time)
    return string.format('%.3f', time)
end

local function score(key, member)
    return tonumber(redis.call('ZSCORE', key, member) or nil)
end

local function field(key, name)
    return tonumber(redis.call('HGET', key, name) or nil)
end

-- Lets a key live on for so many ms at least.
local function keep(key, milliseconds)
    if redis.call('PTTL', key) < milliseconds then
        redis.call('PEXPIRE', key, math.ceil(milliseconds))
    end
end

local function hold(key, milliseconds)
    local ends = math.max(now + milliseconds, field(key, 'held') or 0)
    redis.call('HSET', key, 'held', at(ends))
    keep(key, ends - now + STATE_MS)
end

-- The share of its rate that a number has now: it rises in a straight line to all of it.
local function share_of(share, slowed)
    if not share then return 1 end
    local risen = math.max(0, now - slowed) / RISE_MS
    return math.min(1, share + (1 - share) * risen)
end
