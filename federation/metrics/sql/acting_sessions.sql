-- How many guardians are helped by an agent who acts for them?
-- Grain: a row for each time an agent opened the portal for a guardian in the month; the contributor is the guardian. Refresh:
-- closed with the month.
SELECT session.guardian_id AS contributor, 1 AS numerator
FROM acting_actingsession AS session
WHERE session.started_at >= %(first_moment)s AND session.started_at < %(end_moment)s
