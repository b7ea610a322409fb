-- Where each pupil is schooled in the period, once: the latest schooling of its school year that had not
-- ended, of whom the academic feed still names. Level OTHER where the class is not known.
schooled AS (
    SELECT DISTINCT ON (schooling.pupil_id)
        schooling.pupil_id,
        pupil.household_id,
        college.uai AS college,
        coalesce(school_class.level, 'OTHER') AS level
    FROM people_schooling AS schooling
    JOIN people_pupil AS pupil ON pupil.id = schooling.pupil_id
    JOIN people_college AS college ON college.id = schooling.college_id
    LEFT JOIN people_schoolclass AS school_class ON school_class.id = schooling.school_class_id
    WHERE schooling.school_year = %(school_year)s
        AND schooling.valid_from < %(end_day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(first_day)s)
        AND (pupil.missing_since IS NULL OR pupil.missing_since > %(first_day)s)
    ORDER BY schooling.pupil_id, schooling.valid_from DESC, schooling.id DESC
),
