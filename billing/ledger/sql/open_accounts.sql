-- Open any number of accounts. Grain: one row out per account really opened; a code that is already
-- used is passed over. Balances are left to their default, zero.
INSERT INTO ledger_account (
    public_id, code, kind, name, debits_must_not_exceed_credits, credits_must_not_exceed_debits
)
SELECT
    asked.public_id, asked.code, asked.kind, asked.name, asked.debits_limited, asked.credits_limited
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::boolean[])
    AS asked (public_id, code, kind, name, debits_limited, credits_limited)
ORDER BY asked.code
ON CONFLICT DO NOTHING
RETURNING
    id, public_id, code, kind, name, debits_pending, debits_posted, credits_pending, credits_posted,
    debits_must_not_exceed_credits, credits_must_not_exceed_debits, closed_at
