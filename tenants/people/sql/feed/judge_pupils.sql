-- What each staged pupil would become: names, school of the year, and who answers for them. Grain:
-- updates one staged row per pupil. Links to guardians that nobody knows are told and left out.
-- Parameters: school year.
WITH counted AS (
    SELECT staged.*,
           count(*) OVER (PARTITION BY staged.jointure_id) AS same_id,
           count(staged.ine) FILTER (WHERE staged.ine <> '') OVER (PARTITION BY staged.ine) AS same_ine
    FROM people_stagedpupil AS staged
),
schools AS (
    SELECT jointure_id, min(uai) AS uai
    FROM (
        SELECT jointure_id, uai FROM people_stagedcollege
        WHERE verdict IN ('CREATED', 'CHANGED', 'UNCHANGED') AND uai IS NOT NULL
        UNION
        SELECT jointure_id, uai FROM people_college WHERE jointure_id <> ''
    ) AS either
    GROUP BY jointure_id
),
present AS (
    SELECT jointure_id FROM people_stagedguardian WHERE verdict IN ('CREATED', 'CHANGED', 'UNCHANGED')
    UNION
    SELECT jointure_id FROM people_guardian WHERE jointure_id IS NOT NULL
),
wanted AS (
    SELECT link.pupil_rank,
           array_agg(concat_ws('$', link.guardian_jointure_id, link.relation, link.is_financial,
                               link.legal_role, link.is_contact, link.is_payment)
                     ORDER BY link.guardian_jointure_id)
               FILTER (WHERE known.jointure_id IS NOT NULL) AS links,
           bool_or(known.jointure_id IS NULL) AS has_unknown
    FROM people_stagedlink AS link
    LEFT JOIN present AS known ON known.jointure_id = link.guardian_jointure_id
    GROUP BY link.pupil_rank
),
standing AS (
    SELECT link.pupil_id,
           array_agg(concat_ws('$', guardian.jointure_id, link.relation, link.is_financial,
                               link.legal_role, link.is_contact, link.is_payment)
                     ORDER BY guardian.jointure_id) AS links
    FROM people_guardianship AS link
    JOIN people_guardian AS guardian ON guardian.id = link.guardian_id
    WHERE link.valid_until IS NULL AND guardian.jointure_id IS NOT NULL
    GROUP BY link.pupil_id
),
schooled AS (
    SELECT DISTINCT ON (schooling.pupil_id)
           schooling.pupil_id, college.uai, coalesce(class.name, '') AS class_name,
           schooling.regime, schooling.is_boursier
    FROM people_schooling AS schooling
    JOIN people_college AS college ON college.id = schooling.college_id
    LEFT JOIN people_schoolclass AS class ON class.id = schooling.school_class_id
    WHERE schooling.school_year = %s AND schooling.valid_until IS NULL
    ORDER BY schooling.pupil_id, schooling.valid_from DESC
),
matched AS (
    SELECT counted.*, known.id AS known_id, known.missing_since, school.uai,
           holder.id IS NOT NULL AS is_ine_held, twin.id IS NOT NULL AS has_double,
           coalesce(wanted.has_unknown, false) AS has_unknown, fields.diff AS found
    FROM counted
    LEFT JOIN people_pupil AS known ON known.jointure_id = counted.jointure_id
    LEFT JOIN schools AS school ON school.jointure_id = counted.school_id
    LEFT JOIN people_pupil AS holder
      ON holder.ine = counted.ine AND holder.jointure_id IS DISTINCT FROM counted.jointure_id
    LEFT JOIN LATERAL (
        SELECT other.id FROM people_pupil AS other
        WHERE known.id IS NULL AND other.sort_key = counted.sort_key
          AND other.birth_date = counted.birth_date LIMIT 1
    ) AS twin ON true
    LEFT JOIN wanted ON wanted.pupil_rank = counted.rank
    LEFT JOIN standing ON standing.pupil_id = known.id
    LEFT JOIN schooled ON schooled.pupil_id = known.id
    LEFT JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(field.name, jsonb_build_array(field.old, field.new)), '{}') AS diff
        FROM (VALUES
            ('ine', to_jsonb(coalesce(known.ine, '')), to_jsonb(counted.ine)),
            ('last_name', to_jsonb(known.last_name), to_jsonb(counted.last_name)),
            ('first_name', to_jsonb(known.first_name), to_jsonb(counted.first_name)),
            ('other_first_names', to_jsonb(known.other_first_names), to_jsonb(counted.other_first_names)),
            ('birth_date', to_jsonb(known.birth_date), to_jsonb(counted.birth_date)),
            ('college', to_jsonb(schooled.uai), to_jsonb(school.uai)),
            ('class', to_jsonb(schooled.class_name), to_jsonb(counted.class_name)),
            ('regime', to_jsonb(schooled.regime), to_jsonb(counted.regime)),
            ('is_boursier', to_jsonb(schooled.is_boursier), to_jsonb(counted.is_boursier)),
            ('guardians', to_jsonb(coalesce(standing.links, '{}')),
             CASE WHEN counted.has_links THEN to_jsonb(coalesce(wanted.links, '{}')) END)
        ) AS field (name, old, new)
        WHERE field.new IS NOT NULL AND field.new IS DISTINCT FROM field.old
    ) AS fields ON known.id IS NOT NULL
),
judged AS (
    SELECT rank, known_id, coalesce(found, '{}') AS found,
           CASE
               WHEN same_id > 1 THEN 'DUPLICATE_ID'
               WHEN same_ine > 1 OR is_ine_held THEN 'SAME_INE'
               WHEN known_id IS NULL AND operation <> 'ADD' THEN 'UNKNOWN_RECORD'
               WHEN operation <> 'DELETE' AND uai IS NULL AND school_id IS NOT NULL THEN 'UNKNOWN_SCHOOL'
               WHEN has_unknown THEN 'UNKNOWN_GUARDIAN'
               WHEN has_double THEN 'POSSIBLE_DUPLICATE'
               ELSE reason
           END AS reason,
           CASE
               WHEN same_id > 1 OR same_ine > 1 OR is_ine_held THEN 'AMBIGUOUS'
               WHEN known_id IS NULL AND operation <> 'ADD' THEN 'REJECTED'
               WHEN operation <> 'DELETE' AND uai IS NULL AND school_id IS NOT NULL THEN 'REJECTED'
               WHEN known_id IS NULL THEN 'CREATED'
               WHEN operation = 'DELETE'
                   THEN CASE WHEN missing_since IS NULL THEN 'DISAPPEARING' ELSE 'UNCHANGED' END
               WHEN found <> '{}' OR missing_since IS NOT NULL THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS verdict
    FROM matched
)
UPDATE people_stagedpupil AS staged
SET verdict = judged.verdict, reason = judged.reason, diff = judged.found, target_id = judged.known_id
FROM judged
WHERE judged.rank = staged.rank
