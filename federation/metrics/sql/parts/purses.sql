-- The purses of the campaigns of the year, each with the domain of what it pays for: the first that its campaign names.
purses AS (
    SELECT
        purse.id, purse.account_id, card.pupil_id,
        coalesce(said.purse #>> '{domains,0}', 'NONE') AS domain
    FROM passplus_purse AS purse
    JOIN passplus_card AS card ON card.id = purse.card_id
    JOIN campaigns ON campaigns.id = card.campaign_id
    LEFT JOIN LATERAL (
        SELECT one AS purse
        FROM jsonb_array_elements(campaigns.definition -> 'purses') AS one
        WHERE one ->> 'code' = purse.code
    ) AS said ON true
),
