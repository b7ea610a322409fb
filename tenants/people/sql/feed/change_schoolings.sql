-- A pupil who stays has their class, régime and scholarship of today. Grain: one row per schooling.
-- Parameters: school year, twice.
UPDATE people_schooling AS schooling
SET school_class_id = CASE
        WHEN staged.class_name IS NULL THEN schooling.school_class_id ELSE class.id
    END,
    regime = coalesce(staged.regime, schooling.regime),
    is_boursier = coalesce(staged.is_boursier, schooling.is_boursier)
FROM people_stagedpupil AS staged
JOIN people_college AS college ON college.jointure_id = staged.school_id
LEFT JOIN people_schoolclass AS class
  ON class.college_id = college.id AND class.school_year = %s AND class.name = staged.class_name
WHERE staged.verdict = 'CHANGED' AND schooling.pupil_id = staged.target_id
  AND schooling.college_id = college.id AND schooling.school_year = %s
  AND schooling.valid_until IS NULL
