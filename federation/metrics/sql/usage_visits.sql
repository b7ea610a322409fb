-- How many visits does the portal have? (DNMA)
-- Grain: a cell counted before, of a collège and a profile: visits, and the different visitors who made them.
-- Refresh: closed an hour after the month.
SELECT
    coalesce(nullif(audience.college_uai, ''), 'NONE') AS college,
    audience.profile,
    audience.visits AS numerator,
    audience.visitors AS numerator_units
FROM usage_audience AS audience
WHERE audience."window" = 'MONTH' AND audience.starts_on = %(first_day)s AND audience.kind = ''
