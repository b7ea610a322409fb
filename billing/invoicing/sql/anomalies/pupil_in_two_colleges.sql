-- Does an enrolled pupil go to two collèges on the same day of the month?
-- Severity: WARNING. Grain: one row per pupil. Refresh: at each review.
WITH
-- part: schooled
twice AS (
    SELECT one.pupil_id, one.college_id
    FROM schooled AS one
    JOIN schooled AS other
      ON other.pupil_id = one.pupil_id AND other.college_id <> one.college_id
     AND greatest(one.valid_from, other.valid_from, %(first)s::date)
         < least(one.valid_until, other.valid_until, %(end)s::date)
)
SELECT 'pupil', twice.pupil_id, jsonb_build_object('uais', jsonb_agg(DISTINCT college.uai))
FROM twice
JOIN people_college AS college ON college.id = twice.college_id
WHERE EXISTS (
    SELECT 1 FROM canteen_enrolment AS enrolment
    WHERE enrolment.pupil_id = twice.pupil_id AND enrolment.state <> 'DRAFT'
      AND enrolment.valid_from < %(end)s
      AND (enrolment.valid_until IS NULL
           OR enrolment.valid_until > greatest(enrolment.valid_from, %(first)s::date))
)
GROUP BY twice.pupil_id
