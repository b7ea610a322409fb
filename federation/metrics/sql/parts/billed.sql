-- What was billed of each pupil for the meals of the period, once credit notes are taken off, and for how many
-- meals: the days that a line still bills, counted once for two payers and for a correction. A credit of
-- meals that names no day takes them off by the payer's share.
-- The bracket is that of the latest line's price. Complementary invoices bear the month they complete.
-- Nearly all pupils have one line, and nothing of it credited: its days are not looked at one by one.
-- Needs the part brackets.
credited AS (
    SELECT
        entry.invoice_line_id,
        sum(entry.amount_cents) AS cents,
        coalesce(sum(entry.quantity) FILTER (WHERE cardinality(entry.days) = 0), 0) AS meals
    FROM invoicing_creditnoteline AS entry
    GROUP BY entry.invoice_line_id
),
gone AS (
    SELECT DISTINCT entry.invoice_line_id, day
    FROM invoicing_creditnoteline AS entry
    CROSS JOIN LATERAL unnest(entry.days) AS day
    WHERE entry.quantity > 0
),
billed_lines AS (
    SELECT
        line.id, line.pupil_id, line.days,
        line.amount_cents - coalesce(credited.cents, 0) AS cents,
        coalesce(credited.meals, 0) * line.share_bp AS lost_meals_bp,
        decision.id AS decision_id, decision.resources_id,
        count(*) OVER of_pupil = 1 AND count(credited.invoice_line_id) OVER of_pupil = 0 AS is_plain
    FROM invoicing_billingrun AS run
    JOIN invoicing_invoice AS invoice ON invoice.run_id = run.id
    JOIN invoicing_invoiceline AS line ON line.invoice_id = invoice.id
    LEFT JOIN tariffs_pricedecision AS decision ON decision.id = line.price_decision_id
    LEFT JOIN credited ON credited.invoice_line_id = line.id
    WHERE run.month >= %(first_day)s AND run.month < %(end_day)s
    WINDOW of_pupil AS (PARTITION BY line.pupil_id)
),
billed_days AS (
    SELECT line.pupil_id, cardinality(line.days)::bigint AS meals
    FROM billed_lines AS line
    WHERE line.is_plain
    UNION ALL
    SELECT line.pupil_id, count(DISTINCT meal.day)
    FROM billed_lines AS line
    CROSS JOIN LATERAL unnest(line.days) AS meal (day)
    LEFT JOIN gone ON gone.invoice_line_id = line.id AND gone.day = meal.day
    WHERE NOT line.is_plain AND gone.day IS NULL
    GROUP BY line.pupil_id
),
billed AS (
    SELECT
        line.pupil_id,
        sum(line.cents)::bigint AS cents,
        greatest(coalesce(min(billed_days.meals), 0) - sum(line.lost_meals_bp)::bigint / 10000, 0) AS meals,
        (array_agg(coalesce(brackets.bracket, 'NONE') ORDER BY line.id DESC))[1] AS bracket
    FROM billed_lines AS line
    LEFT JOIN billed_days ON billed_days.pupil_id = line.pupil_id
    LEFT JOIN brackets ON brackets.resources_id = line.resources_id
    GROUP BY line.pupil_id
),
