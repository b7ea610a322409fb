-- How long does a partner wait to be paid for what it validated?
-- Grain: a row for each line of a statement whose transfer was ordered in the month and did not come back; the contributor
-- is the partner. Numerator: days from the validation to the day the bank executes, in hours. Refresh: a transfer may
-- come back after.
SELECT
    statement.partner_id AS contributor,
    24 * greatest(paid.executes_on - (line.due_at AT TIME ZONE 'Europe/Paris')::date, 0) AS numerator,
    1 AS denominator
FROM passplus_paymentorder AS paid
JOIN passplus_payout AS payout ON payout.order_id = paid.id AND payout.state = 'ORDERED'
JOIN passplus_partnerstatement AS statement ON statement.id = payout.statement_id
JOIN passplus_statementline AS line ON line.statement_id = statement.id AND line.is_live
WHERE paid.executes_on >= %(first_day)s AND paid.executes_on < %(end_day)s
