-- The Pass+ campaigns of the school year: those whose tickets are made for the last time in it. One that ends in
-- July 2025 is of 2024-2025.
campaigns AS (
    SELECT campaign.id, campaign.definition
    FROM passplus_campaign AS campaign
    WHERE (campaign.definition #>> '{tickets,issued_before}')::date > make_date(%(school_year)s, 9, 1)
        AND (campaign.definition #>> '{tickets,issued_before}')::date <= make_date(%(school_year)s + 1, 9, 1)
),
cards AS (
    SELECT DISTINCT ON (card.pupil_id) card.id, card.pupil_id
    FROM passplus_card AS card
    JOIN campaigns ON campaigns.id = card.campaign_id
    WHERE card.granted_at < %(end_moment)s
    ORDER BY card.pupil_id, card.id DESC
),
