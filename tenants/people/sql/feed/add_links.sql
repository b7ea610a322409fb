-- Who answers for whom, and who pays: new links begin on the day of the feed, and the financial guardians
-- of a pupil pay in equal parts that make the whole, but where an agent or a judge shared otherwise and
-- the payers are still there. Grain: one row per link that is new or whose share moves.
MERGE INTO people_guardianship AS link
USING (
    WITH links AS (
        SELECT plan.pupil_id, plan.has_default_shares, standing.guardian_id, standing.id AS link_id,
               standing.relation, standing.legal_role, standing.is_financial, standing.is_contact,
               standing.is_payment
        FROM people_stagedplan AS plan
        JOIN people_guardianship AS standing
          ON standing.pupil_id = plan.pupil_id AND standing.valid_until IS NULL
        WHERE NOT plan.is_new AND plan.has_links AND plan.has_default_shares
        UNION ALL
        SELECT plan.pupil_id, plan.has_default_shares, guardian.id, NULL, wanted.relation,
               wanted.legal_role, wanted.is_financial, wanted.is_contact, wanted.is_payment
        FROM people_stagedplan AS plan
        JOIN people_stagedlink AS wanted ON wanted.pupil_rank = plan.rank
        JOIN people_guardian AS guardian ON guardian.jointure_id = wanted.guardian_jointure_id
        LEFT JOIN people_stagedtie AS tie
          ON tie.pupil_rank = wanted.pupil_rank
         AND tie.guardian_jointure_id = wanted.guardian_jointure_id
        WHERE tie.verdict IS DISTINCT FROM 'AMBIGUOUS'
          AND (plan.is_new OR tie.verdict = 'ADDED')
    ),
    ranked AS (
        SELECT links.*, count(*) FILTER (WHERE is_financial) OVER whole AS payers,
               count(*) FILTER (WHERE is_financial) OVER so_far AS place
        FROM links
        WINDOW whole AS (PARTITION BY pupil_id),
               so_far AS (PARTITION BY pupil_id ORDER BY guardian_id)
    )
    SELECT ranked.*,
           CASE WHEN has_default_shares AND is_financial
               THEN 10000 / payers + (place <= mod(10000, payers))::int
               ELSE 0
           END AS share_bp
    FROM ranked
    ORDER BY pupil_id, guardian_id
) AS wanted
ON link.id = wanted.link_id
WHEN MATCHED AND link.payer_share_bp <> wanted.share_bp THEN
    UPDATE SET payer_share_bp = wanted.share_bp
WHEN NOT MATCHED THEN
    INSERT (pupil_id, guardian_id, relation, legal_role, is_financial, is_contact, is_payment,
            payer_share_bp, valid_from)
    VALUES (wanted.pupil_id, wanted.guardian_id, wanted.relation, wanted.legal_role,
            wanted.is_financial, wanted.is_contact, wanted.is_payment, wanted.share_bp, %(day)s)
