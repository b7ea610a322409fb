-- The drafts that correct an issued month: invoices for what was not billed, credit notes for what was
-- too much. Grain: returns one row, the counts of the run.
--
-- One statement, as prepare_run: today's meals, prices and shares against what was issued.
-- Parameters: run id, id of the first run, first day, day after the last, services, labels.
WITH asked AS (
    SELECT %s::bigint AS run_id, %s::bigint AS corrects_id, %s::date AS first_day,
           %s::date AS end_day
),
labels AS (
    SELECT * FROM unnest(%s::text[], %s::text[]) AS t (service, label)
),
-- part: meals
-- part: lines
-- part: billed
-- part: compared
drafts AS (
    INSERT INTO invoicing_draftinvoice (run_id, payer_id, total_cents)
    SELECT asked.run_id, added.guardian_id, sum(added.amount_cents - added.already_billed_cents)
    FROM added CROSS JOIN asked
    GROUP BY asked.run_id, added.guardian_id
    RETURNING id, payer_id, total_cents
),
inserted AS (
    INSERT INTO invoicing_draftline (
        draft_invoice_id, pupil_id, enrolment_id, price_decision_id, label, quantity,
        unit_price_cents, share_bp, share_before_bp, already_billed_cents, amount_cents, days
    )
    SELECT
        drafts.id, added.pupil_id, added.enrolment_id, added.decision_id, labels.label,
        added.quantity, added.unit_price_cents, added.share_bp, added.share_so_far - added.share_bp,
        added.already_billed_cents, added.amount_cents - added.already_billed_cents, added.days
    FROM added
    JOIN drafts ON drafts.payer_id = added.guardian_id
    JOIN labels ON labels.service = added.service
    RETURNING pupil_id
),
credits AS (
    INSERT INTO invoicing_draftcreditnote (run_id, invoice_id, total_cents)
    SELECT asked.run_id, taken.invoice_id, sum(taken.credit_cents)
    FROM taken CROSS JOIN asked
    GROUP BY asked.run_id, taken.invoice_id
    RETURNING id, invoice_id, total_cents
),
credited AS (
    INSERT INTO invoicing_draftcreditnoteline (
        draft_id, invoice_line_id, quantity, amount_cents, days
    )
    SELECT
        credits.id, taken.id,
        least(cardinality(taken.gone_days), taken.quantity - taken.credited_meals),
        taken.credit_cents, taken.gone_days
    FROM taken
    JOIN credits ON credits.invoice_id = taken.invoice_id
    RETURNING id
)
SELECT
    (SELECT count(*) FROM drafts),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM drafts),
    (SELECT count(*) FROM inserted),
    (SELECT count(DISTINCT pupil_id) FROM differences WHERE more_cents > 0 OR less_cents > 0),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM priced),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM counted WHERE decision_id IS NULL),
    (SELECT count(*) FROM credits),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM credits),
    (SELECT count(*) FROM credited)
