-- How long does a dispute of a line wait for its answer?
-- Grain: a row for each dispute answered in the month; the contributor is the guardian. Numerator: hours, rounded up.
-- Refresh: closed with the month.
SELECT
    dispute.guardian_id AS contributor,
    ceil(extract(epoch FROM dispute.answered_at - dispute.opened_at) / 3600)::bigint AS numerator,
    1 AS denominator
FROM invoicing_dispute AS dispute
WHERE dispute.answered_at >= %(first_moment)s AND dispute.answered_at < %(end_moment)s
