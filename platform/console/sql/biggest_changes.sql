-- Whose bill moves most against the previous month? Grain: one row per payer of the run, the ten
-- largest differences first, in cents. Read when a run's page opens.
-- Parameters: run id.
SELECT draft.payer_id, guardian.first_name, guardian.last_name,
       before.total_cents AS before_cents, draft.total_cents AS now_cents
FROM invoicing_draftinvoice AS draft
JOIN invoicing_billingrun AS run ON run.id = draft.run_id
JOIN people_guardian AS guardian ON guardian.id = draft.payer_id
JOIN invoicing_billingrun AS month_before
  ON month_before.month = (run.month - interval '1 month')::date AND month_before.corrects_id IS NULL
JOIN invoicing_invoice AS before
  ON before.run_id = month_before.id AND before.payer_id = draft.payer_id
WHERE draft.run_id = %s AND draft.total_cents <> before.total_cents
ORDER BY abs(draft.total_cents - before.total_cents) DESC, draft.payer_id
LIMIT 10
