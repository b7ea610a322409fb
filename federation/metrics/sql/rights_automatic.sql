-- Which part of the decisions on a household's rights need no agent?
-- Grain: a row for each rights request decided in the month; the contributor is the household. Numerator: decided by
-- the answer of a source alone. Refresh: closed with the month.
SELECT
    request.household_id AS contributor,
    request.way,
    CASE WHEN request.is_automatic THEN 1 END AS numerator,
    1 AS denominator
FROM rights_rightsrequest AS request
WHERE request.state = 'DECIDED'
    AND request.closed_at >= %(first_moment)s AND request.closed_at < %(end_moment)s
