-- Keeps a living process's claims, and the stores that are its own.
--
-- ARGV[1]  life of a claim in ms    ARGV[2]  JSON: [[store, conversation], ...]
-- ARGV[3]  for how many ms the stores below are sure to have workers of their own
-- ARGV[4…] those stores
-- Guarantee: after it each claim lives on, also in a Redis that had forgotten it.
for _, held in ipairs(cjson.decode(ARGV[2])) do
    claim(held[1], held[2], tonumber(ARGV[1]))
end
for place = 4, #ARGV do
    redis.call('ZADD', DEDICATED, at(now + tonumber(ARGV[3])), ARGV[place])
end
return now
