-- Has a pupil meals at a collège on days they do not go there: another collège, or none any longer?
-- Severity: BLOCKING. Grain: one row per pupil. Refresh: at each review.
WITH asked AS (
    SELECT %(first)s::date AS first_day, %(end)s::date AS end_day
),
-- part: meals
-- part: schooled
astray AS (
    SELECT meals.pupil_id, meals.college_id, meals.day
    FROM meals
    LEFT JOIN schooled
      ON schooled.pupil_id = meals.pupil_id AND schooled.college_id = meals.college_id
     AND schooled.valid_from <= meals.day AND meals.day < schooled.valid_until
    WHERE schooled.pupil_id IS NULL
)
SELECT 'pupil', astray.pupil_id,
       jsonb_build_object(
           'days', count(*), 'first_day', min(astray.day), 'uais', jsonb_agg(DISTINCT college.uai)
       )
FROM astray
JOIN people_college AS college ON college.id = astray.college_id
GROUP BY astray.pupil_id
