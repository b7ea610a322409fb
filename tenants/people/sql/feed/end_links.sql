-- A guardian the feed no longer names for a pupil, or a link that changed, ends on the day of the
-- feed. Only links to guardians of the feed: those an agent made by hand stay. Grain: one per link.
-- Parameters: day of the feed.
UPDATE people_guardianship AS link
SET valid_until = %s::date
FROM people_stagedpupil AS staged, people_guardian AS guardian
WHERE staged.verdict = 'CHANGED' AND staged.has_links AND link.pupil_id = staged.target_id
  AND link.valid_until IS NULL AND guardian.id = link.guardian_id AND guardian.jointure_id IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM people_stagedlink AS wanted
      WHERE wanted.pupil_rank = staged.rank AND wanted.guardian_jointure_id = guardian.jointure_id
  )
