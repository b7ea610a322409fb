-- How long after it is issued is an invoice paid?
-- Grain: a row for each invoice of the month that is paid whole. Numerator: days from its issue to its latest payment,
-- in hours. Refresh: until all is paid.
WITH
-- part: invoices
settled AS (
    SELECT * FROM invoices WHERE owed_cents > 0 AND paid_cents = owed_cents
)
SELECT
    payer_id AS contributor, college,
    24 * greatest((paid_at AT TIME ZONE 'Europe/Paris')::date - issued_on, 0) AS numerator,
    1 AS denominator
FROM settled
