-- Last year's schoolings end where the new year starts, those of pupils who left included. Grain: one
-- row per schooling.
UPDATE people_schooling
SET valid_until = greatest(%(first_day)s, valid_from + 1)
WHERE school_year < %(year)s AND valid_until IS NULL
