-- A standing link takes the feed's flags. Grain: one row per link.
UPDATE people_guardianship AS link
SET relation = wanted.relation, legal_role = wanted.legal_role, is_financial = wanted.is_financial,
    is_contact = wanted.is_contact, is_payment = wanted.is_payment
FROM people_stagedtie AS tie
JOIN people_stagedplan AS plan ON plan.rank = tie.pupil_rank
JOIN people_stagedlink AS wanted
  ON wanted.pupil_rank = tie.pupil_rank AND wanted.guardian_jointure_id = tie.guardian_jointure_id
WHERE tie.verdict = 'CHANGED' AND link.id = tie.link_id
