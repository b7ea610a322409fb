-- Write the purses of new cards. Grain: one row per purse.
INSERT INTO passplus_purse (card_id, code, account_id)
SELECT asked.card_id, asked.code, asked.account_id
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS asked (card_id, code, account_id)
