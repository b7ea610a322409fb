-- Which part of the pupils hold a bursary?
-- Grain: a row for each pupil schooled in the year of whom the academic feed says whether they do; the contributor is the
-- household. Refresh: not before the feed says it, in the middle of October at best.
WITH
-- part: schooled
known AS (
    SELECT DISTINCT ON (schooling.pupil_id) schooling.pupil_id, schooling.is_boursier
    FROM people_schooling AS schooling
    WHERE schooling.school_year = %(school_year)s AND schooling.is_boursier IS NOT NULL
        AND schooling.valid_from < %(end_day)s
    ORDER BY schooling.pupil_id, schooling.valid_from DESC, schooling.id DESC
)
SELECT
    coalesce(schooled.household_id, -schooled.pupil_id) AS contributor, schooled.college, schooled.level,
    CASE WHEN known.is_boursier THEN 1 END AS numerator,
    1 AS denominator
FROM schooled
JOIN known ON known.pupil_id = schooled.pupil_id
