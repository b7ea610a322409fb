-- Which part of what the Pass+ pays is spent in another département?
-- Grain: a row for each ticket validated in the month; the contributor is the pupil. Numerator: the cents validated by a
-- partner of another département. Refresh: corrections come late.
SELECT
    card.pupil_id AS contributor,
    CASE WHEN ticket.captured_away_id IS NOT NULL THEN ticket.captured_cents END AS numerator,
    ticket.captured_cents AS denominator
FROM passplus_ticket AS ticket
JOIN passplus_purse AS purse ON purse.id = ticket.purse_id
JOIN passplus_card AS card ON card.id = purse.card_id
LEFT JOIN passplus_awaycapture AS away ON away.id = ticket.captured_away_id
WHERE ticket.state = 'CAPTURED'
    AND ticket.ended_at >= %(first_moment)s AND ticket.ended_at < %(end_moment)s
    AND away.returned_at IS NULL
