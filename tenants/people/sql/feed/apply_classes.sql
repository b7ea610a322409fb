-- The classes the pupils are to be in. Grain: one row per collège and class of the year, once.
INSERT INTO people_schoolclass (college_id, school_year, name, level)
SELECT college_id, %(year)s, class_name, coalesce(min(level), 'OTHER')
FROM people_stagedplan
WHERE class_name <> '' AND college_id IS NOT NULL
GROUP BY college_id, class_name
ORDER BY college_id, class_name
ON CONFLICT (college_id, school_year, name) DO NOTHING
