-- Along with the movements that end a ticket (billing.ledger, `post_along`): its end, and its line of the
-- journal.
journal AS (
    {journal}
),
along AS (
    UPDATE passplus_ticket
    SET state = %s::text, ended_at = %s::timestamptz, captured_by_id = %s::bigint, captured_cents = %s::bigint
    WHERE id = %s::bigint AND state = 'MADE' AND EXISTS (SELECT FROM whole)
    RETURNING id
)
