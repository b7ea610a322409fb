-- How often does a pupil who eats at the canteen eat there?
-- Grain: a row for each pupil billed for the month; the contributor is the household, as for the price of meals. Numerator:
-- meals, less those credited. Refresh: credit notes come late.
WITH
-- part: brackets
-- part: billed
-- part: schooled
eaters AS (
    SELECT billed.pupil_id, billed.meals, coalesce(pupil.household_id, -pupil.id) AS contributor
    FROM billed
    JOIN people_pupil AS pupil ON pupil.id = billed.pupil_id
    WHERE billed.meals > 0
)
SELECT
    eaters.contributor,
    coalesce(schooled.college, 'NONE') AS college,
    coalesce(schooled.level, 'OTHER') AS level,
    eaters.meals AS numerator,
    1 AS denominator
FROM eaters
LEFT JOIN schooled ON schooled.pupil_id = eaters.pupil_id
