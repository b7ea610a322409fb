-- What are partners paid?
-- Grain: a row for each transfer to a partner executed in the month that did not come back. Numerator: cents. Refresh: a
-- transfer may come back after.
SELECT statement.partner_id AS contributor, payout.amount_cents AS numerator
FROM passplus_paymentorder AS paid
JOIN passplus_payout AS payout ON payout.order_id = paid.id AND payout.state = 'ORDERED'
JOIN passplus_partnerstatement AS statement ON statement.id = payout.statement_id
WHERE paid.executes_on >= %(first_day)s AND paid.executes_on < %(end_day)s
