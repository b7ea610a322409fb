-- Where pupils go to school, and until when: a schooling ends with its year at the latest, and on the
-- day the academic feed no longer names the pupil.
schooled AS (
    SELECT
        schooling.pupil_id, schooling.college_id, schooling.valid_from,
        least(
            coalesce(schooling.valid_until, 'infinity'),
            coalesce(pupil.missing_since, 'infinity'),
            make_date(schooling.school_year + 1, 9, 1)
        ) AS valid_until
    FROM people_schooling AS schooling
    JOIN people_pupil AS pupil ON pupil.id = schooling.pupil_id
),
