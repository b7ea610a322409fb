-- What each staged establishment would become. Grain: updates one staged row per establishment that
-- is not simply as we know it. An establishment is known by its UAI, or by its identifier in a delta.
WITH counted AS (
    SELECT staged.*,
           count(*) OVER (PARTITION BY staged.jointure_id) AS same_id,
           count(staged.uai) OVER (PARTITION BY staged.uai) AS same_uai
    FROM people_stagedcollege AS staged
),
matched AS (
    SELECT counted.*, known.id AS known_id, fields.diff AS found
    FROM counted
    LEFT JOIN people_college AS known
      ON known.uai = counted.uai OR (counted.uai IS NULL AND known.jointure_id = counted.jointure_id)
    LEFT JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(field.name, jsonb_build_array(field.old, field.new)), '{}') AS diff
        FROM (VALUES
            ('jointure_id', known.jointure_id::text, counted.jointure_id),
            ('name', known.name, counted.name), ('street', known.street, counted.street),
            ('postal_code', known.postal_code, counted.postal_code), ('city', known.city, counted.city),
            ('phone', known.phone, counted.phone), ('sector', known.sector, counted.sector)
        ) AS field (name, old, new)
        WHERE field.new IS NOT NULL AND field.new IS DISTINCT FROM field.old
    ) AS fields ON known.id IS NOT NULL
),
judged AS (
    SELECT rank, known_id, coalesce(found, '{}') AS found,
           CASE
               WHEN same_id > 1 THEN 'DUPLICATE_ID'
               WHEN same_uai > 1 THEN 'DUPLICATE_UAI'
               WHEN known_id IS NULL AND operation <> 'ADD' THEN 'UNKNOWN_RECORD'
               ELSE reason
           END AS reason,
           CASE
               WHEN same_id > 1 OR same_uai > 1 THEN 'AMBIGUOUS'
               WHEN known_id IS NULL THEN CASE operation WHEN 'ADD' THEN 'CREATED' ELSE 'REJECTED' END
               WHEN operation = 'DELETE' THEN 'DISAPPEARING'
               WHEN found <> '{}' THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS verdict
    FROM matched
)
UPDATE people_stagedcollege AS staged
SET verdict = judged.verdict, reason = judged.reason, diff = judged.found, target_id = judged.known_id
FROM judged
WHERE judged.rank = staged.rank
