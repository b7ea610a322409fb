-- Which part of the pupils are enrolled in the canteen?
-- Grain: a row for each pupil schooled in the period. Numerator: enrolled on some day of it, other than for
-- occasional meals. Refresh: enrolments may be backdated by an agent.
WITH
-- part: schooled
-- part: enrolled
marked AS (
    SELECT schooled.*, enrolled.pupil_id IS NOT NULL AS is_enrolled
    FROM schooled
    LEFT JOIN enrolled ON enrolled.pupil_id = schooled.pupil_id
)
SELECT
    pupil_id AS contributor, college, level,
    CASE WHEN is_enrolled THEN 1 END AS numerator,
    1 AS denominator
FROM marked
