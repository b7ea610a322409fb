-- The last day of a purse, and the ticket that a key made of it, if it did. Grain: one row. Read once the
-- account of the purse is locked: whoever had it before has ended, and what they wrote is seen.
SELECT
    purse.usable_before,
    ticket.id, ticket.public_id, ticket.purse_id, ticket.made_out_to_id, ticket.code, ticket.key, ticket.cents,
    ticket.hold_id, ticket.state, ticket.captured_by_id, ticket.captured_cents, ticket.undone, ticket.made_at, ticket.ended_at
FROM passplus_purse AS purse
LEFT JOIN passplus_ticket AS ticket ON ticket.purse_id = purse.id AND ticket.key = %s::text
WHERE purse.id = %s::bigint
