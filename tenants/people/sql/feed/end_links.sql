-- A guardian the feed no longer names for a pupil leaves on the day of the feed. Grain: one per link.
UPDATE people_guardianship AS link
SET valid_until = greatest(%(day)s, link.valid_from)
FROM people_stagedtie AS tie
JOIN people_stagedplan AS plan ON plan.rank = tie.pupil_rank
WHERE tie.verdict = 'ENDED' AND link.id = tie.link_id
