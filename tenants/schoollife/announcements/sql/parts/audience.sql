-- Whom an announcement is for on a day: pupils schooled there, then those who answer for them, or they
-- themselves. A link that a judge ended is not in force.
schooled AS (
    SELECT DISTINCT ON (schooling.pupil_id)
           schooling.pupil_id, schooling.college_id, schooling.school_class_id
    FROM people_schooling AS schooling
    LEFT JOIN people_schoolclass AS class ON class.id = schooling.school_class_id
    WHERE schooling.valid_from <= %(day)s
      AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
      AND (%(college)s::bigint IS NULL OR schooling.college_id = %(college)s::bigint)
      AND (%(is_for_all)s
           OR class.level = ANY(%(levels)s::text[])
           OR schooling.school_class_id = ANY(%(classes)s::bigint[]))
    ORDER BY schooling.pupil_id, schooling.valid_from DESC, schooling.id DESC
),
audience AS (
    SELECT DISTINCT schooled.pupil_id, link.guardian_id, schooled.college_id, schooled.school_class_id
    FROM schooled
    JOIN people_guardianship AS link ON link.pupil_id = schooled.pupil_id
    WHERE %(is_for_guardians)s
      AND link.valid_from <= %(day)s AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
    UNION ALL
    SELECT schooled.pupil_id, NULL::bigint, schooled.college_id, schooled.school_class_id
    FROM schooled
    WHERE %(is_for_pupils)s
)
