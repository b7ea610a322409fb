-- Do the drafts of a run still say what its meals, prices and shares say? Grain: one row: lines that
-- differ, meals with a price, meals without.
-- Parameters: run id, first day, day after the last.
WITH asked AS (
    SELECT %s::bigint AS run_id, %s::date AS first_day, %s::date AS end_day
),
-- part: meals
-- part: lines
drafted AS (
    SELECT
        draft.payer_id AS guardian_id, line.enrolment_id, line.price_decision_id AS decision_id,
        line.quantity, line.unit_price_cents, line.share_bp, line.amount_cents, line.days
    FROM asked
    JOIN invoicing_draftinvoice AS draft ON draft.run_id = asked.run_id
    JOIN invoicing_draftline AS line ON line.draft_invoice_id = draft.id
)
SELECT
    (SELECT count(*)
     FROM lines FULL JOIN drafted USING (guardian_id, enrolment_id, decision_id)
     WHERE (lines.quantity, lines.unit_price_cents, lines.share_bp, lines.amount_cents, lines.days)
           IS DISTINCT FROM
           (drafted.quantity, drafted.unit_price_cents, drafted.share_bp, drafted.amount_cents,
            drafted.days)),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM priced),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM counted WHERE decision_id IS NULL)
