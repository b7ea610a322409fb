-- The bracket of each proof of resources, and whether it holds on the last day of the period. Edges are the
-- same for all départements; NONE: no quotient was given (a status, the highest price, a refusal).
brackets AS (
    SELECT
        proof.id AS resources_id,
        proof.household_id,
        CASE
            WHEN proof.quotient_familial IS NULL THEN 'NONE'
            WHEN proof.quotient_familial < 400 THEN 'Q0000'
            WHEN proof.quotient_familial < 800 THEN 'Q0400'
            WHEN proof.quotient_familial < 1200 THEN 'Q0800'
            WHEN proof.quotient_familial < 1600 THEN 'Q1200'
            WHEN proof.quotient_familial < 2000 THEN 'Q1600'
            ELSE 'Q2000'
        END AS bracket,
        proof.valid_from <= %(last_day)s
            AND (proof.valid_until IS NULL OR proof.valid_until > %(last_day)s) AS holds
    FROM tariffs_householdresources AS proof
),
