-- What each staged guardian would become. Grain: updates one staged row per guardian.
WITH counted AS (
    SELECT staged.*, count(*) OVER (PARTITION BY staged.jointure_id) AS same_id
    FROM people_stagedguardian AS staged
),
matched AS (
    SELECT counted.*, known.id AS known_id, known.missing_since, fields.diff AS found
    FROM counted
    LEFT JOIN people_guardian AS known ON known.jointure_id = counted.jointure_id
    LEFT JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(field.name, jsonb_build_array(field.old, field.new)), '{}') AS diff
        FROM (VALUES
            ('title', known.title::text, counted.title),
            ('last_name', known.last_name, counted.last_name),
            ('first_name', known.first_name, counted.first_name), ('email', known.email, counted.email),
            ('mobile_phone', known.mobile_phone, counted.mobile_phone),
            ('home_phone', known.home_phone, counted.home_phone), ('street', known.street, counted.street),
            ('postal_code', known.postal_code, counted.postal_code), ('city', known.city, counted.city),
            ('country', known.country, counted.country)
        ) AS field (name, old, new)
        WHERE field.new IS NOT NULL AND field.new IS DISTINCT FROM field.old
    ) AS fields ON known.id IS NOT NULL
),
judged AS (
    SELECT rank, known_id, coalesce(found, '{}') AS found,
           CASE
               WHEN same_id > 1 THEN 'DUPLICATE_ID'
               WHEN known_id IS NULL AND operation <> 'ADD' THEN 'UNKNOWN_RECORD'
               ELSE reason
           END AS reason,
           CASE
               WHEN same_id > 1 THEN 'AMBIGUOUS'
               WHEN known_id IS NULL THEN CASE operation WHEN 'ADD' THEN 'CREATED' ELSE 'REJECTED' END
               WHEN operation = 'DELETE'
                   THEN CASE WHEN missing_since IS NULL THEN 'DISAPPEARING' ELSE 'UNCHANGED' END
               WHEN found <> '{}' OR missing_since IS NOT NULL THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS verdict
    FROM matched
)
UPDATE people_stagedguardian AS staged
SET verdict = judged.verdict, reason = judged.reason, diff = judged.found, target_id = judged.known_id
FROM judged
WHERE judged.rank = staged.rank
