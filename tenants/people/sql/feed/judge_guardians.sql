-- What each guardian becomes. Grain: one report row per guardian that is not simply unchanged. Who
-- comes under a known identifier with another last name and another first name may be somebody else
-- (identifiers are used again): nothing is done until an agent says.
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, rank, target_id, outcome, reason_code, reviews, place, diff)
WITH repeated AS (
    SELECT jointure_id FROM people_stagedguardian GROUP BY jointure_id HAVING count(*) > 1
),
matched AS (
    SELECT staged.*, known, repeated.jointure_id IS NOT NULL AS is_repeated,
           split_part(known.sort_key, chr(1), 1) AS known_last,
           split_part(known.sort_key, chr(1), 2) AS known_first
    FROM people_stagedguardian AS staged
    LEFT JOIN people_guardian AS known ON known.jointure_id = staged.jointure_id
    LEFT JOIN repeated ON repeated.jointure_id = staged.jointure_id
),
judged AS (
    SELECT matched.*,
           CASE
               WHEN is_repeated THEN 'AMBIGUOUS'
               WHEN (known).id IS NULL
                   THEN CASE operation WHEN 'ADD' THEN 'CREATED' ELSE 'REJECTED' END
               WHEN operation = 'DELETE'
                   THEN CASE WHEN (known).missing_since IS NULL THEN 'DISAPPEARING' ELSE 'UNCHANGED' END
               WHEN last_key NOT IN (known_last, known_first)
                    AND first_key NOT IN (known_last, known_first)
                   THEN 'AMBIGUOUS'
               WHEN (known).missing_since IS NOT NULL THEN 'CHANGED'
               WHEN (coalesce(title, (known).title), coalesce(last_name, (known).last_name),
                     coalesce(first_name, (known).first_name), coalesce(email, (known).email),
                     coalesce(mobile_phone, (known).mobile_phone),
                     coalesce(home_phone, (known).home_phone), coalesce(street, (known).street),
                     coalesce(postal_code, (known).postal_code), coalesce(city, (known).city),
                     coalesce(country, (known).country))
                    IS DISTINCT FROM
                    ((known).title::text, (known).last_name::text, (known).first_name::text,
                     (known).email::text, (known).mobile_phone::text, (known).home_phone::text,
                     (known).street::text, (known).postal_code::text, (known).city::text,
                     (known).country::text)
                   THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS outcome
    FROM matched
)
SELECT %(feed)s, 'GUARDIAN', jointure_id, rank, (known).id, outcome,
       CASE
           WHEN is_repeated THEN 'DUPLICATE_ID'
           WHEN outcome = 'REJECTED' THEN 'UNKNOWN_RECORD'
           WHEN outcome = 'AMBIGUOUS' THEN 'ID_REUSED'
           ELSE split_part(reviews, ' ', 1)
       END,
       to_jsonb(string_to_array(reviews, ' ')), (%(files)s::text[])[file] || ':' || line,
       CASE
           WHEN outcome = 'UNCHANGED' THEN '{}'
           WHEN outcome = 'DISAPPEARING' THEN jsonb_build_object(
               'last_name', jsonb_build_array((known).last_name, NULL),
               'first_name', jsonb_build_array((known).first_name, NULL)
           )
           WHEN (known).id IS NULL THEN jsonb_build_object(
               'last_name', jsonb_build_array(NULL, last_name),
               'first_name', jsonb_build_array(NULL, first_name),
               'city', jsonb_build_array(NULL, city)
           )
           ELSE (
               SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(old, new)), '{}')
               FROM (VALUES
                   ('title', (known).title::text, title),
                   ('last_name', (known).last_name, last_name),
                   ('first_name', (known).first_name, first_name),
                   ('email', (known).email, email),
                   ('mobile_phone', (known).mobile_phone, mobile_phone),
                   ('home_phone', (known).home_phone, home_phone),
                   ('street', (known).street, street),
                   ('postal_code', (known).postal_code, postal_code),
                   ('city', (known).city, city), ('country', (known).country, country),
                   ('missing_since', (known).missing_since::text, '')
               ) AS field (name, old, new)
               WHERE new IS NOT NULL AND new IS DISTINCT FROM coalesce(old, '')
           )
       END
FROM judged
WHERE outcome <> 'UNCHANGED' OR reviews <> ''
