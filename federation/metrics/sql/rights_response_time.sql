-- How long does a household that asks for its price wait for the decision?
-- Grain: a row for each rights request that was decided or refused in the month, by the way chosen; the contributor is
-- the household. Numerator: hours from the moment it was given to the moment it ended, rounded up: when a source was
-- asked or an agent was waited for, whichever came first. Refresh: closed with the month.
SELECT
    request.household_id AS contributor,
    request.way,
    ceil(
        extract(epoch FROM request.closed_at - least(request.asked_at, request.waiting_since)) / 3600
    )::bigint AS numerator,
    1 AS denominator
FROM rights_rightsrequest AS request
WHERE request.state IN ('DECIDED', 'REFUSED')
    AND request.closed_at >= %(first_moment)s AND request.closed_at < %(end_moment)s
    AND least(request.asked_at, request.waiting_since) <= request.closed_at
