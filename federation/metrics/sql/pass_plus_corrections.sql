-- How often is a validated ticket put right after the fact?
-- Grain: a row for each ticket validated in the month; the contributor is the pupil. Numerator: a correction took some of it
-- back, whenever. Refresh: corrections come late.
WITH
corrected AS (
    SELECT DISTINCT line.ticket_id
    FROM passplus_correctionline AS line
    JOIN passplus_correction AS correction ON correction.id = line.correction_id
    WHERE line.ticket_id IS NOT NULL AND correction.kind = 'TICKETS' AND correction.state = 'DONE'
)
SELECT
    card.pupil_id AS contributor,
    CASE WHEN corrected.ticket_id IS NOT NULL THEN 1 END AS numerator,
    1 AS denominator
FROM passplus_ticket AS ticket
JOIN passplus_purse AS purse ON purse.id = ticket.purse_id
JOIN passplus_card AS card ON card.id = purse.card_id
LEFT JOIN corrected ON corrected.ticket_id = ticket.id
WHERE ticket.state = 'CAPTURED'
    AND ticket.ended_at >= %(first_moment)s AND ticket.ended_at < %(end_moment)s
