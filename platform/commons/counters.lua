-- Add to counters, each of which begins at nothing and lasts so many seconds from its first amount.
-- KEYS: the counters. ARGV: the amount of each, then the seconds.
-- Answers what each says then, in that order.
local told = {}
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], 0, 'EX', ARGV[#KEYS + 1], 'NX')
  told[i] = redis.call('INCRBY', KEYS[i], ARGV[i])
end
return told
