-- Which part of what the Pass+ grants is used?
-- Grain: a row for each purse of the campaigns of the school year; the contributor is the pupil. Denominator: cents
-- granted. Numerator: cents validated so far, less what was taken back or returned. Refresh: partners validate for a year.
WITH
-- part: campaigns
-- part: purses
-- part: taken_back
granted AS (
    SELECT purses.id AS purse_id, sum(movement.amount_cents)::bigint AS cents
    FROM purses
    JOIN ledger_transfer AS movement
        ON movement.credit_account_id = purses.account_id AND movement.code = 'grant'
    GROUP BY purses.id
),
spent AS (
    SELECT
        ticket.purse_id,
        sum(ticket.captured_cents - coalesce(taken_back.cents, 0))::bigint AS cents
    FROM purses
    JOIN passplus_ticket AS ticket ON ticket.purse_id = purses.id AND ticket.state = 'CAPTURED'
    LEFT JOIN taken_back ON taken_back.ticket_id = ticket.id
    LEFT JOIN passplus_awaycapture AS away ON away.id = ticket.captured_away_id
    WHERE away.returned_at IS NULL
    GROUP BY ticket.purse_id
)
SELECT
    purses.pupil_id AS contributor,
    purses.domain,
    nullif(least(spent.cents, granted.cents), 0) AS numerator,
    granted.cents AS denominator
FROM purses
JOIN granted ON granted.purse_id = purses.id
LEFT JOIN spent ON spent.purse_id = purses.id
