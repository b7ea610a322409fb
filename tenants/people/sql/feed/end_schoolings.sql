-- A pupil who changes collège leaves the first one on the day of the feed. Grain: one row per
-- schooling ended. A schooling that had not begun by then is not history: it is replaced.
-- Parameters: day of the feed, school year.
UPDATE people_schooling AS schooling
SET valid_until = greatest(%s::date, schooling.valid_from + 1)
FROM people_stagedpupil AS staged
JOIN people_college AS college ON college.jointure_id = staged.school_id
WHERE staged.verdict = 'CHANGED' AND schooling.pupil_id = staged.target_id
  AND schooling.school_year = %s AND schooling.valid_until IS NULL
  AND schooling.college_id <> college.id
