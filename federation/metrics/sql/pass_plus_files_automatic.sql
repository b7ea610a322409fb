-- Which part of the Pass+ registrations are granted without an agent?
-- Grain: a row for each registration granted in the month; the contributor is the pupil. Refresh: closed with the month.
SELECT
    registration.pupil_id AS contributor,
    CASE WHEN registration.is_automatic THEN 1 END AS numerator,
    1 AS denominator
FROM passplus_registration AS registration
WHERE registration.state = 'GRANTED'
    AND registration.closed_at >= %(first_moment)s AND registration.closed_at < %(end_moment)s
