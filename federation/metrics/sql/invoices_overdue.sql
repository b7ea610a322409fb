-- Which part of the invoices of a month were not paid whole on the day they were due?
-- Grain: a row for each invoice of the month with something left to owe. Numerator: not paid whole, or later than the day
-- it was due. An invoice that is not due yet counts as it stands. Refresh: until the latest is due.
WITH
-- part: invoices
owed AS (
    SELECT * FROM invoices WHERE owed_cents > 0
)
SELECT
    payer_id AS contributor, college,
    CASE
        WHEN paid_cents < owed_cents OR (paid_at AT TIME ZONE 'Europe/Paris')::date > due_on THEN 1
    END AS numerator,
    1 AS denominator
FROM owed
