-- A ticket, kept from any other act until the transaction ends, with what its end depends on. Grain: one
-- row, or none when no ticket bears the code. The columns of each table are in the order of its model;
-- what is not read here never changes, but for `usable_before`, which its own writer reads again.
SELECT
    ticket.id, ticket.public_id, ticket.purse_id, ticket.made_out_to_id, ticket.code, ticket.key, ticket.cents,
    ticket.hold_id, ticket.state, ticket.captured_by_id, ticket.captured_cents, ticket.undone, ticket.made_at, ticket.ended_at,
    purse.id, purse.card_id, purse.code, purse.account_id,
    card.id, card.campaign_id,
    campaign.id, campaign.code, campaign.digest, campaign.budget_account_id, campaign.captured_account_id
FROM passplus_ticket AS ticket
JOIN passplus_purse AS purse ON purse.id = ticket.purse_id
JOIN passplus_card AS card ON card.id = purse.card_id
JOIN passplus_campaign AS campaign ON campaign.id = card.campaign_id
WHERE ticket.code = %s::text
FOR NO KEY UPDATE OF ticket
