-- The links between a pupil and a guardian that are not as we know them: new, changed, ended, or
-- left out because nobody knows the guardian (UNKNOWN) or who that is (AMBIGUOUS). Grain: one row
-- per such link; a new pupil's are not told apart. A link that an agent made to somebody no feed
-- names is left alone.
INSERT INTO people_stagedtie (pupil_rank, guardian_jointure_id, verdict, link_id, ends_share)
WITH unsure AS (
    SELECT record_id, outcome FROM people_feedimportrow
    WHERE feed_import_id = %(feed)s AND record_kind = 'GUARDIAN'
      AND outcome IN ('AMBIGUOUS', 'CREATED')
    GROUP BY record_id, outcome
),
standing AS (
    SELECT link.*, guardian.jointure_id
    FROM people_guardianship AS link
    JOIN people_guardian AS guardian ON guardian.id = link.guardian_id
    WHERE link.valid_until IS NULL AND guardian.jointure_id IS NOT NULL
),
named AS (
    SELECT staged.rank, pupil.id AS pupil_id
    FROM people_stagedpupil AS staged
    LEFT JOIN people_pupil AS pupil ON pupil.jointure_id = staged.jointure_id
    WHERE staged.has_links
),
compared AS (
    SELECT wanted.pupil_rank, wanted.guardian_jointure_id, standing.id AS link_id,
           CASE
               WHEN unsure.outcome = 'AMBIGUOUS' THEN 'AMBIGUOUS'
               WHEN guardian.id IS NULL AND unsure.outcome IS NULL THEN 'UNKNOWN'
               WHEN named.pupil_id IS NULL THEN NULL
               WHEN standing.id IS NULL THEN 'ADDED'
               WHEN (wanted.relation, wanted.is_financial, wanted.legal_role, wanted.is_contact,
                     wanted.is_payment)
                    IS DISTINCT FROM
                    (standing.relation::text, standing.is_financial, standing.legal_role,
                     standing.is_contact, standing.is_payment)
                   THEN 'CHANGED'
           END AS verdict
    FROM people_stagedlink AS wanted
    JOIN named ON named.rank = wanted.pupil_rank
    LEFT JOIN people_guardian AS guardian ON guardian.jointure_id = wanted.guardian_jointure_id
    LEFT JOIN unsure ON unsure.record_id = wanted.guardian_jointure_id
    LEFT JOIN standing
      ON standing.pupil_id = named.pupil_id AND standing.guardian_id = guardian.id
)
SELECT pupil_rank, guardian_jointure_id, verdict, link_id, false FROM compared
WHERE verdict IS NOT NULL
UNION ALL
SELECT named.rank, standing.jointure_id, 'ENDED', standing.id,
       standing.payer_share_bp > 0 AND shared.pupil_id IS NOT NULL
FROM named
JOIN standing ON standing.pupil_id = named.pupil_id
LEFT JOIN people_stagedshare AS shared ON shared.pupil_id = named.pupil_id
LEFT JOIN people_stagedlink AS wanted
  ON wanted.pupil_rank = named.rank AND wanted.guardian_jointure_id = standing.jointure_id
WHERE wanted.pupil_rank IS NULL
