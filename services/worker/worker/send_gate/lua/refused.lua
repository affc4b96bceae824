-- Notes a refusal, and holds back what its scope reaches.
--
-- ARGV[2]  the store    ARGV[3]  the conversation    ARGV[4]  the app
-- ARGV[5]  scope: message, pair, store or app        ARGV[6]  ms to hold
-- ARGV[7]  1 to slow the number down                 ARGV[8]  1 when it counts as a failure
-- Returns as `failed.lua`.
-- Guarantee: nothing beyond the scope waits; a hold never ends sooner for another one; however
-- many refusals come together, the rate is halved once a second.
local store, app, scope, length = ARGV[2], ARGV[4], ARGV[5], tonumber(ARGV[6])
local NUMBER = SEND .. store
local HALVED_MS = 1000

if length > 0 then
    if scope == 'pair' then hold(NUMBER .. ':pair:' .. ARGV[3], length) end
    if scope == 'store' then hold(NUMBER, length) end
    if scope == 'app' then hold(APP .. app, length) end
end
if ARGV[7] == '1' then
    local share, slowed = field(NUMBER, 'share'), field(NUMBER, 'slowed')
    if not share or now - slowed >= HALVED_MS then
        share = math.max(share_of(share, slowed) / 2, LEAST_SHARE)
        redis.call('HSET', NUMBER, 'share', share, 'slowed', at(now))
        keep(NUMBER, RISE_MS + STATE_MS)
    end
end
if ARGV[8] == '1' then return note_failure(store, app) end
-- A refusal that is no failure is an answer: a probe that met one has found WhatsApp well.
if circuit_at(store_circuit(store)).probe > now or circuit_at(app_circuit(app)).probe > now then
    note_success(store, app)
end
return { 0, 0 }
