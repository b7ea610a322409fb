-- Who answers for whom: new links begin on the day of the feed. A new pupil's financial guardians pay
-- in equal parts that make the whole. Grain: one row per link.
INSERT INTO people_guardianship
    (pupil_id, guardian_id, relation, legal_role, is_financial, is_contact, is_payment,
     payer_share_bp, valid_from)
SELECT plan.pupil_id, guardian.id, wanted.relation, wanted.legal_role, wanted.is_financial,
       wanted.is_contact, wanted.is_payment,
       CASE WHEN plan.is_new AND wanted.is_financial THEN
           10000 / count(*) FILTER (WHERE wanted.is_financial) OVER whole
           + (count(*) FILTER (WHERE wanted.is_financial) OVER so_far
              <= mod(10000, count(*) FILTER (WHERE wanted.is_financial) OVER whole))::int
           ELSE 0
       END,
       %(day)s
FROM people_stagedplan AS plan
JOIN people_stagedlink AS wanted ON wanted.pupil_rank = plan.rank
JOIN people_guardian AS guardian ON guardian.jointure_id = wanted.guardian_jointure_id
LEFT JOIN people_stagedtie AS tie
  ON tie.pupil_rank = wanted.pupil_rank AND tie.guardian_jointure_id = wanted.guardian_jointure_id
WHERE tie.verdict IS DISTINCT FROM 'AMBIGUOUS'
  AND (plan.is_new OR tie.verdict = 'ADDED')
WINDOW whole AS (PARTITION BY plan.pupil_id),
       so_far AS (PARTITION BY plan.pupil_id ORDER BY guardian.id)
ORDER BY plan.pupil_id, guardian.id
