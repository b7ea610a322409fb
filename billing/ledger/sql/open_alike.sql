-- Open any number of accounts of one kind and one rule. Grain: one row out per account really opened; a
-- code that is already used is passed over. Balances are left to their default, zero.
INSERT INTO ledger_account (public_id, code, name, kind, debits_must_not_exceed_credits)
SELECT asked.public_id, asked.code, asked.name, %s::text, %s::boolean
FROM unnest(%s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY AS asked (public_id, code, name, rank)
ORDER BY asked.rank
ON CONFLICT DO NOTHING
RETURNING code, id
