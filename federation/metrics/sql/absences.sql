-- How many absences have a thousand pupils in a month?
-- Grain: a row for each pupil schooled in the month. Numerator: absences that began in it. Refresh: files of collèges come
-- late, and take back.
WITH
-- part: schooled
-- part: absences
counted AS (
    SELECT pupil_id, count(*) AS absences FROM month_absences WHERE kind = 'ABSENCE' GROUP BY pupil_id
)
SELECT
    schooled.pupil_id AS contributor, schooled.college, schooled.level,
    counted.absences AS numerator,
    1 AS denominator
FROM schooled
LEFT JOIN counted ON counted.pupil_id = schooled.pupil_id
