-- Create and change pupils as judged; one named again is no longer missing. Grain: one row out.
-- Parameters: day of the feed, for those a delta removes.
WITH created AS (
    INSERT INTO people_pupil
        (public_id, jointure_id, ine, last_name, first_name, other_first_names, birth_date,
         sort_key, search_key)
    SELECT public_id, jointure_id, nullif(ine, ''), last_name, first_name,
           coalesce(other_first_names, ''), birth_date, sort_key, search_key
    FROM people_stagedpupil WHERE verdict = 'CREATED'
    ORDER BY rank
    RETURNING id
),
changed AS (
    UPDATE people_pupil AS known
    SET ine = nullif(coalesce(staged.ine, known.ine), ''),
        last_name = coalesce(staged.last_name, known.last_name),
        first_name = coalesce(staged.first_name, known.first_name),
        other_first_names = coalesce(staged.other_first_names, known.other_first_names),
        birth_date = coalesce(staged.birth_date, known.birth_date),
        sort_key = coalesce(staged.sort_key, known.sort_key),
        search_key = coalesce(staged.search_key, known.search_key),
        missing_since = CASE staged.verdict WHEN 'DISAPPEARING' THEN %s::date END
    FROM people_stagedpupil AS staged
    WHERE staged.verdict IN ('CHANGED', 'DISAPPEARING') AND known.id = staged.target_id
    RETURNING known.id
)
SELECT (SELECT count(*) FROM created), (SELECT count(*) FROM changed)
