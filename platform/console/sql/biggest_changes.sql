-- Whose bill moves most against the previous month? Grain: one row per payer of the run, the ten
-- largest differences first, in cents. Read when a run's page opens.
-- Parameters: run id.
SELECT draft.payer_id, guardian.first_name, guardian.last_name,
       before.total_cents AS before_cents, draft.total_cents AS now_cents
FROM invoicing_draftinvoice AS draft
JOIN invoicing_billingrun AS run ON run.id = draft.run_id
JOIN people_guardian AS guardian ON guardian.id = draft.payer_id
JOIN invoicing_invoice AS before
  ON before.payer_id = draft.payer_id AND before.regie_id = run.regie_id
 AND before.month = (run.month - interval '1 month')::date
WHERE draft.run_id = %s AND draft.total_cents <> before.total_cents
ORDER BY abs(draft.total_cents - before.total_cents) DESC, draft.payer_id
LIMIT 10
