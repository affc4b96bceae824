-- Circuits: of one store, and of one app. Put behind `rules.lua`, in front of every script.
--
-- Closed, everything goes. Open (`until` is to come), nothing does. Half-open (`until` is over),
-- one send goes as a probe; a probe of which nobody tells how it went frees itself.

local FAILS, APP_FAILS, APP_STORES = 5, 10, 3
local HIGHEST_LEVEL, LONGEST_MS = 6, 60000
local PROBE_MS = 30000         -- longer than a send may take
local LOOK_MS = 1000           -- who waits for a probe's end asks again
local FORGET_MS = 600000       -- failures so long ago say nothing any more

local function store_circuit(store)
    return SEND .. store .. ':circuit'
end

local function app_circuit(app)
    return APP .. app .. ':circuit'
end

local function circuit_at(key)
    local found = redis.call('HMGET', key, 'fails', 'until', 'level', 'probe')
    return {
        key = key, fails = tonumber(found[1]) or 0, opens = tonumber(found[2]),
        level = tonumber(found[3]) or 0, probe = tonumber(found[4]) or 0,
        is_watched = found[1] or found[2],
    }
end

-- When a send may go, as far as the circuit goes.
local function allowed_from(circuit)
    if not circuit.opens then return 0 end
    if circuit.opens <= now and circuit.probe > now then
        return math.min(circuit.probe, now + LOOK_MS)
    end
    return circuit.opens
end

-- A send goes: it is the probe of a circuit that is half-open.
local function try(circuit)
    if circuit.opens then redis.call('HSET', circuit.key, 'probe', at(now + PROBE_MS)) end
end

-- Opens a circuit for twice as long as the last time; returns for how many ms.
local function trip(circuit)
    local level = math.min(circuit.level + 1, HIGHEST_LEVEL)
    local length = math.min(2 ^ level * 1000, LONGEST_MS)
    redis.call('HSET', circuit.key, 'fails', 0, 'until', at(now + length), 'level', level, 'probe', 0)
    redis.call('PEXPIRE', circuit.key, length + FORGET_MS)
    return length
end

-- Counts a failure; returns for how many ms that opened the circuit, or 0.
local function count_failure(circuit, is_enough)
    if circuit.opens then
        if circuit.opens > now then return 0 end  -- it went off before the circuit opened
        return trip(circuit)
    end
    local fails = redis.call('HINCRBY', circuit.key, 'fails', 1)
    redis.call('PEXPIRE', circuit.key, FORGET_MS)
    return is_enough(fails) and trip(circuit) or 0
end

-- Notes one failure of a store; returns for how many ms its circuit and its app's opened.
local function note_failure(store, app)
    local opened = count_failure(circuit_at(store_circuit(store)), function(fails)
        return fails >= FAILS
    end)
    local open = APP .. app .. ':open'
    if opened > 0 then
        redis.call('ZADD', open, at(now + opened + PROBE_MS), store)
        keep(open, opened + PROBE_MS)
    end
    redis.call('ZREMRANGEBYSCORE', open, '-inf', at(now))
    local key = app_circuit(app)
    redis.call('HSETNX', key, 'first', store)
    if redis.call('HGET', key, 'first') ~= store then redis.call('HSET', key, 'several', 1) end
    local app_opened = count_failure(circuit_at(key), function(fails)
        return redis.call('ZCARD', open) >= APP_STORES
            or (fails >= APP_FAILS and field(key, 'several') == 1)
    end)
    return { opened, app_opened }
end

-- Notes that WhatsApp answers well; returns whether that closed the store's circuit, and the app's.
local function note_success(store, app)
    local key, whole = store_circuit(store), app_circuit(app)
    local was_open = { redis.call('HEXISTS', key, 'until'), redis.call('HEXISTS', whole, 'until') }
    redis.call('DEL', key, whole)
    redis.call('ZREM', APP .. app .. ':open', store)
    if was_open[2] == 1 then redis.call('DEL', APP .. app .. ':open') end
    return was_open
end
