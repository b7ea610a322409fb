-- How long does a family wait for the answer to a Pass+ registration?
-- Grain: a row for each registration granted or refused in the month; the contributor is the pupil. Numerator: hours since
-- it was sent, rounded up. Refresh: closed with the month.
SELECT
    registration.pupil_id AS contributor,
    ceil(extract(epoch FROM registration.closed_at - registration.submitted_at) / 3600)::bigint AS numerator,
    1 AS denominator
FROM passplus_registration AS registration
WHERE registration.state IN ('GRANTED', 'REFUSED')
    AND registration.submitted_at IS NOT NULL
    AND registration.closed_at >= %(first_moment)s AND registration.closed_at < %(end_moment)s
