-- Which part of what a meal costs do families pay?
-- Grain: a row for each pupil billed for the month by a tariff that states what a meal costs; the contributor is the
-- household. Numerator: cents billed, less credits. Denominator: what the same meals cost, which `costs` gives for each
-- version of a tariff. Refresh: credit notes come late.
WITH
-- part: brackets
-- part: billed
-- part: schooled
stated AS (
    SELECT * FROM unnest(%(tariff_versions)s::bigint[], %(costs)s::bigint[]) AS one (version_id, cents)
),
latest AS (
    SELECT DISTINCT ON (line.pupil_id) line.pupil_id, decision.tariff_version_id AS version_id
    FROM billed_lines AS line
    JOIN tariffs_pricedecision AS decision ON decision.id = line.decision_id
    ORDER BY line.pupil_id, line.id DESC
)
SELECT
    coalesce(pupil.household_id, -pupil.id) AS contributor,
    billed.bracket,
    coalesce(schooled.level, 'OTHER') AS level,
    billed.cents AS numerator,
    billed.meals * stated.cents AS denominator
FROM billed
JOIN latest ON latest.pupil_id = billed.pupil_id
JOIN stated ON stated.version_id = latest.version_id
JOIN people_pupil AS pupil ON pupil.id = billed.pupil_id
LEFT JOIN schooled ON schooled.pupil_id = billed.pupil_id
WHERE billed.meals > 0
