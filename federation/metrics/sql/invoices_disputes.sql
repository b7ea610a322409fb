-- How many invoices of a month does a payer say are wrong?
-- Grain: a row for each invoice of the month. Numerator: a line of it was disputed, whenever. Refresh: disputes come
-- late.
WITH
-- part: invoices
disputed AS (
    SELECT DISTINCT line.invoice_id
    FROM invoicing_dispute AS dispute
    JOIN invoicing_invoiceline AS line ON line.id = dispute.invoice_line_id
)
SELECT
    invoices.payer_id AS contributor, invoices.college,
    CASE WHEN disputed.invoice_id IS NOT NULL THEN 1 END AS numerator,
    1 AS denominator
FROM invoices
LEFT JOIN disputed ON disputed.invoice_id = invoices.id
