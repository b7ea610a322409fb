-- The classes the staged pupils name. Grain: one row per collège and class of the year, once.
-- Parameters: school year.
INSERT INTO people_schoolclass (college_id, school_year, name, level)
SELECT college.id, %s, staged.class_name, coalesce(min(staged.level), 'OTHER')
FROM people_stagedpupil AS staged
JOIN people_college AS college ON college.jointure_id = staged.school_id
WHERE staged.class_name <> '' AND staged.verdict IN ('CREATED', 'CHANGED')
GROUP BY college.id, staged.class_name
ORDER BY college.id, staged.class_name
ON CONFLICT (college_id, school_year, name) DO NOTHING
