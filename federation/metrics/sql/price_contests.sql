-- How many enrolled pupils have a price that a guardian says is wrong?
-- Grain: a row for each pupil enrolled and schooled in the month; the contributor is the household. Numerator: a price
-- of theirs was contested in the month. Refresh: closed with the month.
WITH
-- part: schooled
-- part: enrolled
contested AS (
    SELECT DISTINCT decision.pupil_id
    FROM tariffs_pricecontest AS contest
    JOIN tariffs_pricedecision AS decision ON decision.id = contest.decision_id
    WHERE contest.opened_at >= %(first_moment)s AND contest.opened_at < %(end_moment)s
)
SELECT
    coalesce(schooled.household_id, -schooled.pupil_id) AS contributor,
    schooled.level,
    CASE WHEN contested.pupil_id IS NOT NULL THEN 1 END AS numerator,
    1 AS denominator
FROM schooled
JOIN enrolled ON enrolled.pupil_id = schooled.pupil_id
LEFT JOIN contested ON contested.pupil_id = schooled.pupil_id
