-- How an announcement stands by class. Grain: a class of a collège: families (by child) and those
-- where a guardian read and said so, then people, those who read and those who said so.
WITH
-- part: told_people
, families AS (
    SELECT college_id, school_class_id, pupil_id,
           bool_or(guardian_id IS NOT NULL) AS is_family,
           coalesce(bool_or(read_at IS NOT NULL AND guardian_id IS NOT NULL), FALSE) AS is_reached,
           coalesce(bool_or(acknowledged_at IS NOT NULL AND guardian_id IS NOT NULL), FALSE) AS is_said
    FROM people
    GROUP BY college_id, school_class_id, pupil_id
),
by_family AS (
    SELECT college_id, school_class_id,
           count(*) FILTER (WHERE is_family) AS families,
           count(*) FILTER (WHERE is_reached) AS reached,
           count(*) FILTER (WHERE is_said) AS said
    FROM families
    GROUP BY college_id, school_class_id
),
persons AS (
    SELECT DISTINCT college_id, school_class_id,
           coalesce(guardian_id, -pupil_id) AS person, read_at, acknowledged_at
    FROM people
),
by_person AS (
    SELECT college_id, school_class_id, count(*) AS people, count(read_at) AS read,
           count(acknowledged_at) AS said
    FROM persons
    GROUP BY college_id, school_class_id
)
SELECT college.name, coalesce(class.name, ''), class.id, by_family.families, by_family.reached,
       by_family.said, by_person.people, by_person.read, by_person.said
FROM by_family
JOIN by_person ON by_person.college_id = by_family.college_id
              AND by_person.school_class_id IS NOT DISTINCT FROM by_family.school_class_id
JOIN people_college AS college ON college.id = by_family.college_id
LEFT JOIN people_schoolclass AS class ON class.id = by_family.school_class_id
ORDER BY college.name, college.id, class.name NULLS LAST, class.id
