-- What does a meal cost families, by what they earn?
-- Grain: a row for each pupil billed for the month; the contributor is the household (or the pupil, who has
-- none). Numerator: cents billed, less credits. Denominator: meals. Refresh: credit notes come late.
WITH
-- part: brackets
-- part: billed
-- part: schooled
pupils AS (
    SELECT billed.*, coalesce(pupil.household_id, -pupil.id) AS contributor
    FROM billed
    JOIN people_pupil AS pupil ON pupil.id = billed.pupil_id
)
SELECT
    pupils.contributor,
    pupils.bracket,
    coalesce(schooled.level, 'OTHER') AS level,
    pupils.cents AS numerator,
    nullif(pupils.meals, 0) AS denominator
FROM pupils
LEFT JOIN schooled ON schooled.pupil_id = pupils.pupil_id
WHERE pupils.meals > 0 OR pupils.cents > 0
