-- A purse of a card, whose account is kept from moving until the transaction ends, and what that account
-- has left. Grain: one row, or none when the card has no such purse.
SELECT
    purse.id, purse.account_id,
    account.credits_posted - account.debits_posted - account.debits_pending AS available_cents
FROM passplus_purse AS purse
JOIN ledger_account AS account ON account.id = purse.account_id
WHERE purse.card_id = %s::bigint AND purse.code = %s::text
FOR NO KEY UPDATE OF account
