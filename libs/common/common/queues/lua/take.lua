-- Gives a process its next turns: those that go first, then stores in the order of the ring.
--
-- ARGV[1]  the process              ARGV[2]  how many turns it can take now
-- ARGV[3]  of these, how many are kept for stores that have no turn at work
-- ARGV[4]  life of a claim in ms    ARGV[5]  for how many ms given paces stay fresh
-- ARGV[6]  how long a Redis that is new stays closed, in ms
-- ARGV[7]  JSON: [[store, interval in ms, cap, weight], ...], those that were asked for
-- ARGV[8…] the lanes it serves
-- Returns {turns, stores, wait}: turns as {store, conversation, goes first}; stores whose pace must be
-- given before they go; ms until something is due (-1: nothing is known to come).
-- Guarantee: what a process had taken that is gone is rung again. No conversation is given twice
-- while its claim lives. No store takes turns faster than its interval nor more at once than its
-- cap, over all processes. With a pace that is not known, or a Redis that has just come up empty,
-- nothing is given (it fails closed).
local process, want, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local claim_ms, fresh_ms, closed_ms = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local SLACK = 10  -- ms by which a late turn may be caught up without more than one in a window
local MOST = 64  -- entries looked at in one go
local lanes, turns, asked = {}, {}, {}
for place = 8, #ARGV do lanes[#lanes + 1] = ARGV[place] end

local function closed_for()
    local from = tonumber(redis.call('GET', OPENED) or nil)
    if from and from <= now then return 0 end
    if not from or from > now + closed_ms then
        from = now + closed_ms
        redis.call('SET', OPENED, at(from))
    end
    return from - now
end

-- Rings again, before the others of its store, what a process that is gone had taken.
local function reap()
    redis.call('ZREMRANGEBYSCORE', CLAIMED, '(' .. at(now + LONGEST_CLAIM), '+inf')
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', CLAIMED, '-inf', at(now), 'LIMIT', 0, MOST)) do
        local store, conversation = split(member)
        unclaim(store, conversation)
        redis.call('ZREM', AGAIN .. store, conversation)
        if is_marked_first(store, conversation) then
            ring_express(store, conversation, now)
        else
            -- It may have been rung since its claim ended, behind all others.
            if score(RUNG .. store, conversation) == 0 then
                redis.call('LREM', QUEUE .. store, 1, conversation)
            end
            mark_ahead(store, conversation)
            fall_due(store, conversation)
        end
        schedule(store)
    end
end

local function give(store, conversation, goes_first)
    claim(store, conversation, claim_ms)
    turns[#turns + 1] = { store, conversation, goes_first }
end

-- Express turns leave the kept seats to stores with nothing at work; statuses leave them to all.
local function has_seat(store, conversation)
    if want - #turns > kept then return true end
    return conversation ~= STATUSES and turns_at_work(store) == 0
end

local function take_express(lane)
    local key = EXPRESS .. lane
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', at(now), 'LIMIT', 0, MOST)) do
        if #turns >= want then return end
        local store, conversation = split(member)
        if is_claimed(store, conversation) then
            redis.call('ZREM', key, member)  -- it keeps its mark for when that turn ends
            redis.call('ZADD', AGAIN .. store, 'LT', at(now), conversation)
        elseif has_seat(store, conversation) then
            leave_express(lane, store, conversation)
            give(store, conversation, 1)
        end
    end
end

-- Moves stores whose time has come into the line, not before those who wait there.
local function fill_line(lane)
    local due = redis.call('ZRANGEBYSCORE', RING .. lane, '-inf', at(now), 'LIMIT', 0, MOST)
    local turn = tonumber(redis.call('GET', TURN .. lane) or 0)
    for _, store in ipairs(due) do
        redis.call('ZREM', RING .. lane, store)
        redis.call('ZADD', LINE .. lane, math.max(turn, pace_of(store).turn), store)
    end
    return #due
end

local function next_conversation(store)
    local due = redis.call('ZRANGEBYSCORE', RUNG .. store, '(0', at(now), 'LIMIT', 0, MOST)
    for _, conversation in ipairs(due) do fall_due(store, conversation) end
    while true do
        local conversation = redis.call('LPOP', QUEUE .. store)
        if not conversation then
            redis.call('ZREMRANGEBYSCORE', RUNG .. store, 0, 0)  -- flags whose job was lost
            return nil
        end
        redis.call('ZREM', RUNG .. store, conversation)
        -- Whoever works on it may have looked for more mail before this was rung.
        if not is_claimed(store, conversation) then return conversation end
        redis.call('ZADD', AGAIN .. store, 'LT', at(now), conversation)
    end
end

local function leave_line(lane, store)
    redis.call('ZREM', LINE .. lane, store)
    schedule(store)
end

local function spend(lane, store, pace)
    local turn = math.max(tonumber(redis.call('GET', TURN .. lane) or 0), pace.turn)
    local after = turn + 1 / pace.weight
    redis.call('SET', TURN .. lane, string.format('%.6f', turn))
    redis.call('HSET', PACE .. store, 'turn', string.format('%.6f', after),
        'next', at(math.max(now - SLACK, pace.next) + pace.interval))
    redis.call('PEXPIRE', PACE .. store, math.ceil(math.max(FORGET, 2 * pace.interval)))
    redis.call('ZADD', LINE .. lane, after, store)
end

-- Says what the store at hand can do: 'took', 'left' the line, or 'stays' there for later.
local function take_turn(lane, store)
    local pace = pace_of(store)
    if not pace.is_fresh then
        redis.call('ZREM', LINE .. lane, store)
        redis.call('ZADD', RING .. lane, at(now + 1000), store)  -- should the asked one never answer
        asked[#asked + 1] = store
        return 'left'
    end
    local at_work = turns_at_work(store)
    if lane ~= lane_of(store) or pace.next > now or at_work >= pace.cap then
        leave_line(lane, store)
        return 'left'
    end
    if at_work > 0 and want - #turns <= kept then return 'stays' end
    local conversation = next_conversation(store)
    if not conversation then
        leave_line(lane, store)
        return 'left'
    end
    give(store, conversation, 0)
    spend(lane, store, pace)
    return 'took'
end

-- Takes from the head of the line until nobody in it can go; true when it stopped half-way.
local function take_line(lane)
    local skipped = 0
    for _ = 1, 4 * MOST do
        if #turns >= want then return false end
        local store = redis.call('ZRANGE', LINE .. lane, skipped, skipped)[1]
        if store then
            if take_turn(lane, store) == 'stays' then skipped = skipped + 1 end
        elseif fill_line(lane) == 0 then
            return false
        else
            skipped = 0  -- some of those who came may stand before the ones that stay
        end
    end
    return true
end

-- Counts the ms until this lane needs somebody; nil when nothing is known to come.
local function needed_in(lane)
    local _, ring_at = first(RING .. lane)
    -- What is due and still here waits for a seat, not for a time.
    local later = redis.call(
        'ZRANGEBYSCORE', EXPRESS .. lane, '(' .. at(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    local needed_at = math.min(ring_at or math.huge, tonumber(later[2]) or math.huge)
    if needed_at < math.huge then return math.max(needed_at - now, 0) end
end

for _, known in ipairs(cjson.decode(ARGV[7])) do
    learn_pace(known[1], known[2], known[3], known[4], fresh_ms)
    schedule(known[1])
end
local closed = closed_for()
if closed > 0 then return { {}, {}, closed } end
for _, lane in ipairs(lanes) do redis.call('ZREM', IDLE .. lane, process) end
reap()
local wait = -1
local _, claim_ends = first(CLAIMED)
if claim_ends then wait = claim_ends - now end
for _, lane in ipairs(lanes) do
    take_express(lane)
    fill_line(lane)
    if take_line(lane) then wait = 0 end
end
-- Whoever has but the kept seats leaves what stays in the line to one who has others.
local is_tight = want - #turns <= kept
for _, lane in ipairs(lanes) do
    local needed = needed_in(lane)
    if #turns >= want then
        -- Whoever is full keeps no watch: somebody who waits takes it over.
        if needed or has_waiting(lane) then wake(lane) end
    else
        local _, waits_since = first(IDLE .. lane)
        if is_tight and has_waiting(lane) and waits_since and waits_since < BEHIND then wake(lane) end
        redis.call('ZADD', IDLE .. lane, at(is_tight and now + BEHIND or now), process)
        if needed and (wait < 0 or needed < wait) then wait = needed end
    end
end
return { turns, asked, math.ceil(wait) }
