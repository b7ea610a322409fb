-- Does each capture, release or expiry agree with the hold it names? Grain: one row per resolution
-- that does not: another amount kept, other accounts, booked before it, confirmed once it
-- had expired, or not a hold at all.
-- No statement of ours can write one; a row typed by hand could, and the balances would follow it.
SELECT resolution.id, resolution.reference
FROM ledger_transfer AS resolution
LEFT JOIN ledger_transfer AS hold ON hold.id = resolution.pending_id
WHERE resolution.pending_id IS NOT NULL
  AND ((hold.kind, hold.amount_cents, hold.debit_account_id, hold.credit_account_id)
      IS DISTINCT FROM ('PENDING', resolution.held_cents, resolution.debit_account_id, resolution.credit_account_id)
    OR resolution.booked_at < hold.booked_at
    OR (resolution.kind = 'POST_PENDING' AND resolution.booked_at >= hold.timeout_at))
ORDER BY resolution.id
