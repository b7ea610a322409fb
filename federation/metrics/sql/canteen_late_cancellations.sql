-- Which part of the meals that families cancel are cancelled too late, and billed?
-- Grain: a row for each pupil with a cancellation of a day of the month. Refresh: a late absence may be excused after.
WITH
-- part: schooled
cancelled AS (
    SELECT
        enrolment.pupil_id,
        count(*) FILTER (WHERE exception.is_late) AS late,
        count(*) AS every
    FROM canteen_bookingexception AS exception
    JOIN canteen_enrolment AS enrolment ON enrolment.id = exception.enrolment_id
    WHERE exception.kind = 'CANCELLED' AND exception.day >= %(first_day)s AND exception.day < %(end_day)s
    GROUP BY enrolment.pupil_id
)
SELECT
    cancelled.pupil_id AS contributor,
    coalesce(schooled.college, 'NONE') AS college,
    nullif(cancelled.late, 0) AS numerator,
    cancelled.every AS denominator
FROM cancelled
LEFT JOIN schooled ON schooled.pupil_id = cancelled.pupil_id
