-- What each establishment becomes. Grain: one report row per establishment that is not simply as we
-- know it. It is known by its UAI, else by its identifier: then its UAI was corrected, unless its
-- name is another too (the identifier may have been given to another establishment).
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, rank, target_id, outcome, reason_code, reviews, place, diff)
WITH repeated_ids AS (
    SELECT jointure_id FROM people_stagedcollege GROUP BY jointure_id HAVING count(*) > 1
),
repeated_uais AS (
    SELECT uai FROM people_stagedcollege GROUP BY uai HAVING count(uai) > 1
),
matched AS (
    SELECT staged.*, known.id AS known_id, known.name AS known_name, known.is_open,
           by_uai.id IS NULL AND staged.uai <> by_id.uai AS is_uai_new,
           staged.jointure_id IN (SELECT jointure_id FROM repeated_ids) AS is_id_repeated,
           staged.uai IN (SELECT uai FROM repeated_uais) AS is_uai_repeated, fields.diff
    FROM people_stagedcollege AS staged
    LEFT JOIN people_college AS by_uai ON by_uai.uai = staged.uai
    LEFT JOIN people_college AS by_id ON by_id.jointure_id = staged.jointure_id
    LEFT JOIN people_college AS known ON known.id = coalesce(by_uai.id, by_id.id)
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(old, new)), '{}') AS diff
        FROM (VALUES
            ('jointure_id', to_jsonb(known.jointure_id), to_jsonb(staged.jointure_id)),
            ('uai', to_jsonb(known.uai), to_jsonb(staged.uai)),
            ('name', to_jsonb(known.name), to_jsonb(staged.name)),
            ('street', to_jsonb(known.street), to_jsonb(staged.street)),
            ('postal_code', to_jsonb(known.postal_code), to_jsonb(staged.postal_code)),
            ('city', to_jsonb(known.city), to_jsonb(staged.city)),
            ('phone', to_jsonb(known.phone), to_jsonb(staged.phone)),
            ('sector', to_jsonb(known.sector), to_jsonb(staged.sector)),
            ('is_open', to_jsonb(known.is_open), to_jsonb(staged.operation <> 'DELETE'))
        ) AS field (name, old, new)
        WHERE new IS NOT NULL AND new IS DISTINCT FROM old
    ) AS fields
),
judged AS (
    SELECT matched.*,
           CASE
               WHEN is_id_repeated OR is_uai_repeated THEN 'AMBIGUOUS'
               WHEN known_id IS NULL THEN CASE operation WHEN 'ADD' THEN 'CREATED' ELSE 'REJECTED' END
               WHEN operation = 'DELETE' THEN CASE WHEN is_open THEN 'DISAPPEARING' ELSE 'UNCHANGED' END
               WHEN is_uai_new AND name <> known_name THEN 'AMBIGUOUS'
               WHEN diff <> '{}' THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS outcome
    FROM matched
),
told AS (
    SELECT judged.*,
           array_remove(string_to_array(reviews, ' ') || ARRAY[
               CASE WHEN is_uai_new AND outcome = 'CHANGED' THEN 'UAI_CHANGED' END,
               CASE WHEN left(uai, 3) <> %(departement)s THEN 'OTHER_DEPARTEMENT' END
           ], NULL) AS looks
    FROM judged
)
SELECT %(feed)s, 'COLLEGE', jointure_id, rank, known_id, outcome,
       CASE
           WHEN is_id_repeated THEN 'DUPLICATE_ID'
           WHEN is_uai_repeated THEN 'DUPLICATE_UAI'
           WHEN outcome = 'REJECTED' THEN 'UNKNOWN_RECORD'
           WHEN outcome = 'AMBIGUOUS' THEN 'ID_REUSED'
           ELSE coalesce(looks[1], '')
       END,
       to_jsonb(looks), (%(files)s::text[])[file] || ':' || line, diff
FROM told
WHERE outcome <> 'UNCHANGED' OR looks <> '{}'
