-- What do the households of enrolled pupils earn?
-- Grain: a row for each pupil enrolled and schooled in the period; the contributor is the household. Refresh: proofs
-- come late, and hold from the day they say.
WITH
-- part: schooled
-- part: enrolled
-- part: brackets
households AS (
    SELECT household_id, bracket FROM brackets WHERE holds
)
SELECT
    coalesce(schooled.household_id, -schooled.pupil_id) AS contributor,
    coalesce(households.bracket, 'NONE') AS bracket,
    schooled.level,
    1 AS numerator
FROM schooled
JOIN enrolled ON enrolled.pupil_id = schooled.pupil_id
LEFT JOIN households ON households.household_id = schooled.household_id
