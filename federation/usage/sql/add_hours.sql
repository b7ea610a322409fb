-- Add a batch of visits to the hours they began in.
-- Parameters: days, hours, profiles, visits (in order), is_example.
INSERT INTO tenant.usage_hourlyvisits (day, hour, profile, visits, is_example)
SELECT begun.day, begun.hour, begun.profile, begun.visits, %(is_example)s
FROM unnest(%(days)s::date[], %(hours)s::smallint[], %(profiles)s::text[], %(visits)s::int[])
    AS begun (day, hour, profile, visits)
ON CONFLICT (day, hour, profile) DO UPDATE SET
    visits = usage_hourlyvisits.visits + excluded.visits,
    is_example = usage_hourlyvisits.is_example OR excluded.is_example
