-- Which part of what is billed for a month is paid?
-- Grain: a row for each invoice of the month with something left to owe; the contributor is the payer. Denominator: cents
-- billed, less credits. Numerator: cents paid so far, less refunds. Refresh: until all is paid.
WITH
-- part: invoices
owed AS (
    SELECT * FROM invoices WHERE owed_cents > 0
)
SELECT
    payer_id AS contributor, college,
    nullif(paid_cents, 0) AS numerator,
    owed_cents AS denominator
FROM owed
