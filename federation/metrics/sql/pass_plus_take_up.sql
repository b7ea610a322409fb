-- Which part of the pupils have a Pass+?
-- Grain: a row for each pupil schooled in the year. Numerator: a card of a campaign of that school year. Pupils who are
-- schooled elsewhere, or in a lycée, have cards too and are not counted. Refresh: cards are granted until the
-- campaign's last day.
WITH
-- part: schooled
-- part: campaigns
holders AS (
    SELECT pupil_id FROM cards
)
SELECT
    schooled.pupil_id AS contributor, schooled.college, schooled.level,
    CASE WHEN holders.pupil_id IS NOT NULL THEN 1 END AS numerator,
    1 AS denominator
FROM schooled
LEFT JOIN holders ON holders.pupil_id = schooled.pupil_id
