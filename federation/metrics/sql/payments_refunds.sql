-- How much is given back to payers?
-- Grain: a row for each refund done in the month; the contributor is the payer. Numerator: cents. Refresh: closed with the
-- month.
SELECT
    payment.payer_id AS contributor,
    refund.amount_cents AS numerator
FROM payments_refund AS refund
JOIN payments_paymentpart AS part ON part.id = refund.part_id
JOIN payments_payment AS payment ON payment.id = part.payment_id
WHERE refund.state = 'DONE'
    AND refund.settled_at >= %(first_moment)s AND refund.settled_at < %(end_moment)s
