-- A purse of a card, and what it has left: kept from moving until the transaction ends, with the account
-- that a ticket's money is held for. Both in the order of their ids, as every act locks accounts (SPIKE §3).
-- Grain: a row for each of the two accounts, or none when the card has no such purse.
SELECT
    account.id = purse.account_id AS is_purse, purse.id, purse.account_id,
    account.credits_posted - account.debits_posted - account.debits_pending AS available_cents
FROM passplus_purse AS purse
JOIN ledger_account AS account ON account.id IN (purse.account_id, %s::bigint)
WHERE purse.card_id = %s::bigint AND purse.code = %s::text
ORDER BY account.id
FOR NO KEY UPDATE OF account
