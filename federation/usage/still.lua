-- Say that a visit goes on, when a page is of it and of a service that it was already counted for.
-- KEYS: the visit. ARGV: the moment (seconds), after how many seconds a visit is over, the service ("KIND|CODE").
-- Answers 1: that is all; 2: the service is new in it; 0: a visit begins.
local last = tonumber(redis.call('HGET', KEYS[1], 'at'))
local at, over = tonumber(ARGV[1]), tonumber(ARGV[2])
if not last or at - last >= over then
  return 0
end
if redis.call('HEXISTS', KEYS[1], 'used ' .. ARGV[3]) == 0 then
  return 2
end
if at > last then
  redis.call('HSET', KEYS[1], 'at', ARGV[1])
  redis.call('EXPIRE', KEYS[1], over)
end
return 1
