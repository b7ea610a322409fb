-- How long does a justification given online wait for the answer of the collège?
-- Grain: a row for each justification answered in the month; the contributor is the pupil. Numerator: hours, rounded up. Refresh:
-- closed with the month.
SELECT
    absence.pupil_id AS contributor,
    college.uai AS college,
    ceil(extract(epoch FROM justification.answered_at - justification.given_at) / 3600)::bigint AS numerator,
    1 AS denominator
FROM school_records_justification AS justification
JOIN school_records_absence AS absence ON absence.id = justification.absence_id
JOIN people_college AS college ON college.id = absence.college_id
WHERE justification.answered_at >= %(first_moment)s AND justification.answered_at < %(end_moment)s
