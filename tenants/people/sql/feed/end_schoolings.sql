-- A pupil who changes collège leaves the first one on the day of the feed. Grain: one per schooling.
UPDATE people_schooling AS schooling
SET valid_until = %(day)s
FROM people_stagedplan AS plan
WHERE NOT plan.is_new AND schooling.pupil_id = plan.pupil_id AND schooling.school_year = %(year)s
  AND schooling.valid_until IS NULL AND schooling.college_id <> plan.college_id
