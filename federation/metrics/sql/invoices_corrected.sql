-- How many invoices of a month had to be corrected by a credit note?
-- Grain: a row for each invoice of the month. Numerator: something of it was credited, whenever. Refresh: credit notes
-- come late.
WITH
-- part: invoices
issued AS (
    SELECT * FROM invoices
)
SELECT
    payer_id AS contributor, college,
    CASE WHEN credited_cents > 0 THEN 1 END AS numerator,
    1 AS denominator
FROM issued
