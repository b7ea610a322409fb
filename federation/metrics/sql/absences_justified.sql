-- Which part of the absences are justified?
-- Grain: a row for each pupil schooled, with an absence that began in the month. Numerator: absences that the collège says are justified, or
-- whose justification it accepted. Refresh: a family may justify after.
WITH
-- part: schooled
-- part: absences
accepted AS (
    SELECT absence_id FROM school_records_justification WHERE state = 'ACCEPTED'
),
counted AS (
    SELECT
        absence.pupil_id,
        count(*) FILTER (WHERE absence.is_justified OR accepted.absence_id IS NOT NULL) AS justified,
        count(*) AS every
    FROM month_absences AS absence
    LEFT JOIN accepted ON accepted.absence_id = absence.id
    WHERE absence.kind = 'ABSENCE'
    GROUP BY absence.pupil_id
)
SELECT
    counted.pupil_id AS contributor,
    schooled.college,
    nullif(counted.justified, 0) AS numerator,
    counted.every AS denominator
FROM counted
JOIN schooled ON schooled.pupil_id = counted.pupil_id
