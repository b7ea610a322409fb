-- Which part of online payments are made by direct debit?
-- Grain: a row for each payment paid in the month; the contributor is the payer. Refresh: a debit may be returned after.
SELECT
    payment.payer_id AS contributor,
    CASE WHEN payment.method = 'DIRECT_DEBIT' THEN 1 END AS numerator,
    1 AS denominator
FROM payments_payment AS payment
WHERE payment.state = 'PAID'
    AND payment.settled_at >= %(first_moment)s AND payment.settled_at < %(end_moment)s
