-- Does a correction bill again what a cancelled invoice billed? So it does where the facts still say it.
-- Severity: BLOCKING. Grain: one row per payer. Refresh: at each review of a correction.
SELECT 'payer', draft.payer_id,
       jsonb_build_object('total_cents', draft.total_cents, 'numbers', jsonb_agg(invoice.number))
FROM invoicing_draftinvoice AS draft
JOIN invoicing_billingrun AS run ON run.id = draft.run_id
JOIN invoicing_billingrun AS issued ON run.corrects_id IN (issued.id, issued.corrects_id)
JOIN invoicing_invoice AS invoice ON invoice.run_id = issued.id AND invoice.payer_id = draft.payer_id
WHERE draft.run_id = %(run)s AND run.corrects_id IS NOT NULL
  AND EXISTS (
      SELECT 1 FROM invoicing_creditnote AS note
      WHERE note.invoice_id = invoice.id AND note.kind = 'CANCELLATION'
  )
GROUP BY draft.payer_id, draft.total_cents
