-- Do the drafts of a correction still say what its month says? Grain: one row: lines that differ,
-- meals with a price, meals without.
-- Parameters: run id, id of the first run, first day, day after the last.
WITH asked AS (
    SELECT %s::bigint AS run_id, %s::bigint AS corrects_id, %s::date AS first_day,
           %s::date AS end_day
),
-- part: meals
-- part: lines
-- part: billed
-- part: compared
drafted AS (
    SELECT
        draft.payer_id AS guardian_id, line.enrolment_id, line.price_decision_id AS decision_id,
        line.quantity, line.unit_price_cents, line.share_bp, line.already_billed_cents,
        line.amount_cents, line.days
    FROM asked
    JOIN invoicing_draftinvoice AS draft ON draft.run_id = asked.run_id
    JOIN invoicing_draftline AS line ON line.draft_invoice_id = draft.id
),
drafted_credits AS (
    SELECT line.invoice_line_id AS id, line.amount_cents, line.days
    FROM asked
    JOIN invoicing_draftcreditnote AS draft ON draft.run_id = asked.run_id
    JOIN invoicing_draftcreditnoteline AS line ON line.draft_id = draft.id
)
SELECT
    (SELECT count(*)
     FROM added FULL JOIN drafted USING (guardian_id, enrolment_id, decision_id)
     WHERE (added.quantity, added.unit_price_cents, added.share_bp, added.already_billed_cents,
            added.amount_cents - added.already_billed_cents, added.days)
           IS DISTINCT FROM
           (drafted.quantity, drafted.unit_price_cents, drafted.share_bp,
            drafted.already_billed_cents, drafted.amount_cents, drafted.days))
    + (SELECT count(*)
       FROM taken FULL JOIN drafted_credits USING (id)
       WHERE (taken.credit_cents, taken.gone_days)
             IS DISTINCT FROM (drafted_credits.amount_cents, drafted_credits.days)),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM priced),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM counted WHERE decision_id IS NULL)
