-- What is the Pass+ spent on?
-- Grain: a row for each ticket validated in the month; the contributor is the pupil. Numerator: cents validated, here or in
-- another département, less what was taken back since and returned. Refresh: corrections come late.
WITH
-- part: taken_back
said AS (
    SELECT campaign.id AS campaign_id, one ->> 'code' AS code, one #>> '{domains,0}' AS domain
    FROM passplus_campaign AS campaign
    CROSS JOIN LATERAL jsonb_array_elements(campaign.definition -> 'purses') AS one
)
SELECT
    card.pupil_id AS contributor,
    coalesce(said.domain, 'NONE') AS domain,
    ticket.captured_cents - coalesce(taken_back.cents, 0) AS numerator
FROM passplus_ticket AS ticket
JOIN passplus_purse AS purse ON purse.id = ticket.purse_id
JOIN passplus_card AS card ON card.id = purse.card_id
LEFT JOIN said ON said.campaign_id = card.campaign_id AND said.code = purse.code
LEFT JOIN taken_back ON taken_back.ticket_id = ticket.id
LEFT JOIN passplus_awaycapture AS away ON away.id = ticket.captured_away_id
WHERE ticket.state = 'CAPTURED'
    AND ticket.ended_at >= %(first_moment)s AND ticket.ended_at < %(end_moment)s
    AND away.returned_at IS NULL
    AND ticket.captured_cents > coalesce(taken_back.cents, 0)
