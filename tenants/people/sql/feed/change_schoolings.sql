-- A pupil who stays has their class, régime and scholarship of today; where the schooling has not
-- begun by the day of the feed, the collège too: that is no history yet. Grain: one per schooling.
UPDATE people_schooling AS schooling
SET college_id = plan.college_id,
    school_class_id = CASE
        WHEN plan.class_name IS NULL AND schooling.college_id = plan.college_id
            THEN schooling.school_class_id
        ELSE class.id
    END,
    regime = coalesce(plan.regime, schooling.regime),
    is_boursier = coalesce(plan.is_boursier, schooling.is_boursier)
FROM people_stagedplan AS plan
LEFT JOIN people_schoolclass AS class
  ON class.college_id = plan.college_id AND class.school_year = %(year)s
 AND class.name = plan.class_name
WHERE NOT plan.is_new AND schooling.pupil_id = plan.pupil_id AND schooling.school_year = %(year)s
  AND schooling.valid_until IS NULL
  AND (schooling.college_id = plan.college_id OR schooling.valid_from >= %(day)s)
