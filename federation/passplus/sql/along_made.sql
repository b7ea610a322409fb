-- Along with the hold of a ticket (billing.ledger, `post_along`): the ticket, and its line of the journal.
journal AS (
    {journal}
),
along AS (
    INSERT INTO passplus_ticket (public_id, purse_id, made_out_to_id, code, key, cents, hold_id, state, made_at)
    SELECT %s::uuid, %s::bigint, %s::bigint, %s::text, %s::text, %s::bigint, inserted.id, 'MADE', %s::timestamptz
    FROM inserted
    RETURNING id, hold_id
)
