-- A pupil who has no schooling of the year begins one: on the first day of the year, or on the day of
-- the feed when they come from another collège. What the feed does not say stays as it was there; the
-- scholarship is of one year. Grain: one row per schooling opened.
INSERT INTO people_schooling
    (pupil_id, college_id, school_year, school_class_id, regime, is_boursier, valid_from)
WITH past AS (
    SELECT DISTINCT ON (schooling.pupil_id)
           schooling.pupil_id, schooling.school_year, schooling.regime, schooling.is_boursier,
           schooling.valid_until
    FROM people_schooling AS schooling
    JOIN people_stagedplan AS plan ON plan.pupil_id = schooling.pupil_id AND NOT plan.is_new
    ORDER BY schooling.pupil_id, schooling.valid_from DESC
)
SELECT plan.pupil_id, plan.college_id, %(year)s, class.id,
       coalesce(plan.regime, past.regime, 'DAY'),
       coalesce(plan.is_boursier, CASE past.school_year WHEN %(year)s THEN past.is_boursier END),
       CASE past.school_year WHEN %(year)s THEN past.valid_until ELSE %(first_day)s END
FROM people_stagedplan AS plan
LEFT JOIN past ON past.pupil_id = plan.pupil_id
LEFT JOIN people_schoolclass AS class
  ON class.college_id = plan.college_id AND class.school_year = %(year)s
 AND class.name = plan.class_name
WHERE plan.college_id IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM people_schooling AS open
      WHERE open.pupil_id = plan.pupil_id AND open.school_year = %(year)s
        AND open.valid_until IS NULL
  )
