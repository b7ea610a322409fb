-- The draft invoices and lines of a run. Grain: returns one row, the counts of the run.
--
-- One statement, on purpose: what is inserted is joined through RETURNING, never read back from its
-- table (a re-join once flipped its plan and took 40 times longer; PERFORMANCE.md B). A meal without
-- a price is in no line (and is an anomaly of the review).
-- Parameters: run id, first day, day after the last, services, labels.
WITH asked AS (
    SELECT %s::bigint AS run_id, %s::date AS first_day, %s::date AS end_day
),
labels AS (
    SELECT * FROM unnest(%s::text[], %s::text[]) AS t (service, label)
),
-- part: meals
-- part: lines
drafts AS (
    INSERT INTO invoicing_draftinvoice (run_id, payer_id, total_cents)
    SELECT asked.run_id, lines.guardian_id, sum(lines.amount_cents)
    FROM lines CROSS JOIN asked
    GROUP BY asked.run_id, lines.guardian_id
    RETURNING id, payer_id, total_cents
),
inserted AS (
    INSERT INTO invoicing_draftline (
        draft_invoice_id, pupil_id, enrolment_id, price_decision_id, label, quantity,
        unit_price_cents, share_bp, share_before_bp, amount_cents, days
    )
    SELECT
        drafts.id, lines.pupil_id, lines.enrolment_id, lines.decision_id, labels.label,
        lines.quantity, lines.unit_price_cents, lines.share_bp, lines.share_so_far - lines.share_bp,
        lines.amount_cents, lines.days
    FROM lines
    JOIN drafts ON drafts.payer_id = lines.guardian_id
    JOIN labels ON labels.service = lines.service
    RETURNING pupil_id
)
SELECT
    (SELECT count(*) FROM drafts),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM drafts),
    (SELECT count(*) FROM inserted),
    (SELECT count(DISTINCT pupil_id) FROM inserted),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM priced),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM counted WHERE decision_id IS NULL)
