-- A pupil who has no schooling of the year begins one: on the first day of the year, or on the day of
-- the feed when they come from another collège. Grain: one row per schooling opened.
-- Parameters: school year, first day of the year, school year, three times.
INSERT INTO people_schooling
    (pupil_id, college_id, school_year, school_class_id, regime, is_boursier, valid_from)
SELECT staged.target_id, college.id, %s, class.id, coalesce(staged.regime, 'DAY'), staged.is_boursier,
       coalesce(before.valid_until, %s::date)
FROM people_stagedpupil AS staged
JOIN people_college AS college ON college.jointure_id = staged.school_id
LEFT JOIN people_schoolclass AS class
  ON class.college_id = college.id AND class.school_year = %s AND class.name = staged.class_name
LEFT JOIN LATERAL (
    SELECT max(past.valid_until) AS valid_until FROM people_schooling AS past
    WHERE past.pupil_id = staged.target_id AND past.school_year = %s
) AS before ON true
WHERE staged.verdict IN ('CREATED', 'CHANGED') AND staged.target_id IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM people_schooling AS open
      WHERE open.pupil_id = staged.target_id AND open.school_year = %s AND open.valid_until IS NULL
  )
ORDER BY staged.rank
ON CONFLICT (pupil_id, college_id, school_year, valid_from) DO NOTHING
