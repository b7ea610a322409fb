-- Which part of the enrolled pupils have the highest price for want of any proof?
-- Grain: a row for each pupil enrolled and schooled in the period; the contributor is the household. Numerator: no
-- proof holds on the last day. Who chose the highest price said so, and is not in it. Refresh: proofs come late.
WITH
-- part: schooled
-- part: enrolled
-- part: brackets
households AS (
    SELECT household_id FROM brackets WHERE holds
)
SELECT
    coalesce(schooled.household_id, -schooled.pupil_id) AS contributor,
    schooled.level,
    CASE WHEN households.household_id IS NULL THEN 1 END AS numerator,
    1 AS denominator
FROM schooled
JOIN enrolled ON enrolled.pupil_id = schooled.pupil_id
LEFT JOIN households ON households.household_id = schooled.household_id
