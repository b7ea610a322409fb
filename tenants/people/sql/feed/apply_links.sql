-- Who answers for whom: new links begin on the day of the feed, standing ones take its flags.
-- Grain: one row per link. The share paid is set afterwards.
-- Parameters: day of the feed.
INSERT INTO people_guardianship
    (pupil_id, guardian_id, relation, legal_role, is_financial, is_contact, is_payment,
     payer_share_bp, valid_from)
SELECT staged.target_id, guardian.id, wanted.relation, wanted.legal_role, wanted.is_financial,
       wanted.is_contact, wanted.is_payment, 0, %s::date
FROM people_stagedlink AS wanted
JOIN people_stagedpupil AS staged ON staged.rank = wanted.pupil_rank
JOIN people_guardian AS guardian ON guardian.jointure_id = wanted.guardian_jointure_id
WHERE staged.verdict IN ('CREATED', 'CHANGED') AND staged.target_id IS NOT NULL
ORDER BY staged.rank, guardian.id
ON CONFLICT (pupil_id, guardian_id) WHERE valid_until IS NULL DO UPDATE
SET relation = excluded.relation, legal_role = excluded.legal_role,
    is_financial = excluded.is_financial, is_contact = excluded.is_contact,
    is_payment = excluded.is_payment
