-- Count a page that a visitor asks for, at once or not at all.
-- KEYS: the visit that goes on, the counts.
-- ARGV: the moment (seconds), after how many seconds a visit is over, the place of the visitor ("UAI|PROFILE",
-- or nothing when it is not known), the service ("KIND|CODE"), the hour ("DAY|HOUR"), what the names of sketches
-- begin with, how long those are kept; then for each window, the month last, "WINDOW|START" and who the visitor is
-- in it.
-- Answers 0 when a visit begins and its place has to be told; 1 when it is counted.
local visit, counts = KEYS[1], KEYS[2]
local at, over = tonumber(ARGV[1]), tonumber(ARGV[2])
local last = tonumber(redis.call('HGET', visit, 'at'))
local goes_on = last and at - last < over
local place = goes_on and redis.call('HGET', visit, 'place') or ARGV[3]
if place == '' then
  return 0
end

local function count(window, service, visitor)
  local cell = window .. '|' .. place .. '|' .. service
  local sketch = ARGV[6] .. cell
  redis.call('HINCRBY', counts, 'in|' .. cell, 1)
  redis.call('PFADD', sketch, visitor)
  redis.call('EXPIRE', sketch, ARGV[7])
end

if not goes_on then
  redis.call('DEL', visit)
  redis.call('HSET', visit, 'place', place)
  redis.call('HINCRBY', counts, 'at|' .. ARGV[5] .. '|' .. string.match(place, '|(.*)$'), 1)
  for rank = 8, #ARGV, 2 do
    count(ARGV[rank], '|', ARGV[rank + 1])
  end
end
if not goes_on or at > last then
  redis.call('HSET', visit, 'at', ARGV[1])
end
redis.call('EXPIRE', visit, over)
if redis.call('HSETNX', visit, 'used ' .. ARGV[4], 1) == 1 then
  count(ARGV[#ARGV - 1], ARGV[4], ARGV[#ARGV])
end
return 1
