-- What each pupil becomes: names, school of the year, and who answers for them. Grain: one report
-- row per pupil that is not simply unchanged.
-- Nothing is done, until an agent says, of one who comes under a known identifier while two of name,
-- birth date and INE are another's (ID_REUSED), nor of one who comes under a new identifier while the
-- pupil of the same INE, or of the same name and birth date, is no longer named (RENUMBERED).
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, rank, target_id, outcome, reason_code, reviews, place, diff)
WITH repeated AS (
    SELECT jointure_id FROM people_stagedpupil GROUP BY jointure_id HAVING count(*) > 1
),
shared_ines AS (
    SELECT ine FROM people_stagedpupil WHERE ine <> '' GROUP BY ine HAVING count(*) > 1
),
namesakes AS (
    SELECT last_key, first_key, birth_date FROM people_stagedpupil WHERE operation = 'ADD'
    GROUP BY last_key, first_key, birth_date HAVING count(*) > 1
),
colleges AS (
    SELECT staged.jointure_id, min(coalesce(staged.uai, known.uai)) AS uai,
           bool_or(row.outcome = 'AMBIGUOUS') AS is_unsure,
           min(CASE WHEN row.id IS NULL THEN known.id ELSE row.target_id END) AS college_id
    FROM people_stagedcollege AS staged
    LEFT JOIN people_college AS known ON known.jointure_id = staged.jointure_id
    LEFT JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
    WHERE row.outcome IS DISTINCT FROM 'REJECTED'
    GROUP BY staged.jointure_id
),
schools AS (
    SELECT jointure_id, uai, is_unsure, college_id FROM colleges
    UNION ALL
    SELECT known.jointure_id, known.uai, false, known.id FROM people_college AS known
    WHERE known.jointure_id <> ''
      AND NOT EXISTS (SELECT FROM colleges WHERE colleges.jointure_id = known.jointure_id)
),
ties AS (
    SELECT tie.pupil_rank, bool_or(tie.verdict IN ('ADDED', 'CHANGED', 'ENDED')) AS is_changed,
           bool_or(tie.verdict = 'UNKNOWN') AS has_unknown,
           bool_or(tie.verdict = 'AMBIGUOUS') AS has_unsure, bool_or(tie.ends_share) AS ends_share,
           array_agg(concat_ws('$', tie.guardian_jointure_id, old.relation, old.is_financial::int,
                               old.legal_role, old.is_contact::int, old.is_payment::int)
                     ORDER BY tie.guardian_jointure_id)
               FILTER (WHERE tie.verdict IN ('CHANGED', 'ENDED')) AS old_links,
           array_agg(concat_ws('$', tie.guardian_jointure_id, new.relation, new.is_financial::int,
                               new.legal_role, new.is_contact::int, new.is_payment::int)
                     ORDER BY tie.guardian_jointure_id)
               FILTER (WHERE tie.verdict IN ('ADDED', 'CHANGED')) AS new_links
    FROM people_stagedtie AS tie
    LEFT JOIN people_guardianship AS old ON old.id = tie.link_id
    LEFT JOIN people_stagedlink AS new
      ON new.pupil_rank = tie.pupil_rank AND new.guardian_jointure_id = tie.guardian_jointure_id
    GROUP BY tie.pupil_rank
),
-- Other pupils of ours who have the INE, or the names and birth date, of one of the feed.
doubles AS (
    SELECT staged.rank, staged.jointure_id AS own_id, staged.operation, other.jointure_id,
           true AS has_ine
    FROM people_stagedpupil AS staged
    JOIN people_pupil AS other ON other.ine = staged.ine
    WHERE other.jointure_id IS DISTINCT FROM staged.jointure_id
    UNION ALL
    SELECT staged.rank, staged.jointure_id, staged.operation, other.jointure_id, false
    FROM people_stagedpupil AS staged
    JOIN people_pupil AS other
      ON other.sort_key = concat(staged.last_key, chr(1), staged.first_key)
     AND other.birth_date = staged.birth_date
    WHERE other.jointure_id IS DISTINCT FROM staged.jointure_id
      AND (other.ine <> staged.ine) IS NOT true
),
alike AS (
    SELECT doubles.rank, bool_or(has_ine) AS has_ine,
           CASE
               WHEN count(DISTINCT doubles.jointure_id) = 1 AND bool_and(CASE
                   WHEN doubles.operation <> 'ADD' THEN false
                   WHEN doubles.jointure_id IS NULL OR doubles.jointure_id LIKE '#%%' THEN false
                   WHEN same.operation IS NOT NULL THEN same.operation = 'DELETE'
                   ELSE %(is_full)s AND refusal.rank IS NULL
               END) AND NOT EXISTS (
                   SELECT FROM people_pupil AS own WHERE own.jointure_id = min(doubles.own_id)
               ) THEN min(doubles.jointure_id)
           END AS leaving_id
    FROM doubles
    LEFT JOIN people_stagedpupil AS same ON same.jointure_id = doubles.jointure_id
    LEFT JOIN people_stagedrefusal AS refusal
      ON refusal.record_id = doubles.jointure_id AND refusal.kind IN ('PUPIL', 'UNKNOWN')
    GROUP BY doubles.rank
),
matched AS (
    SELECT staged.*, known, alike.leaving_id IS NOT NULL AS is_renumbered,
           school.uai, school.college_id, coalesce(school.is_unsure, false) AS is_school_unsure,
           staged.school_id IS NOT NULL AND school.jointure_id IS NULL AS is_school_unknown,
           schooled.pupil_id IS NOT NULL AS is_schooled, schooled.college_id AS old_college_id,
           schooled.uai AS old_uai, schooled.class_name AS old_class, schooled.regime AS old_regime,
           schooled.is_boursier AS old_boursier,
           coalesce(staged.class_school_id <> schooled.jointure_id, false) AS is_class_elsewhere,
           repeated.jointure_id IS NOT NULL AS is_repeated,
           shared_ines.ine IS NOT NULL OR coalesce(alike.has_ine, false) AS is_ine_taken,
           namesakes.birth_date IS NOT NULL OR (known.id IS NULL AND alike.rank IS NOT NULL)
               AS has_double,
           coalesce(ties.is_changed, false) AS are_links_changed, ties.has_unknown, ties.has_unsure,
           ties.ends_share, ties.old_links, ties.new_links
    FROM people_stagedpupil AS staged
    LEFT JOIN alike ON alike.rank = staged.rank
    LEFT JOIN people_pupil AS known
      ON known.jointure_id = coalesce(alike.leaving_id, staged.jointure_id)
    LEFT JOIN schools AS school ON school.jointure_id = staged.school_id
    LEFT JOIN people_stagedschooling AS schooled ON schooled.pupil_id = known.id
    LEFT JOIN ties ON ties.pupil_rank = staged.rank
    LEFT JOIN repeated ON repeated.jointure_id = staged.jointure_id
    LEFT JOIN shared_ines ON shared_ines.ine = staged.ine
    LEFT JOIN namesakes
      ON namesakes.last_key = staged.last_key AND namesakes.first_key = staged.first_key
     AND namesakes.birth_date = staged.birth_date
),
judged AS (
    SELECT matched.*,
           CASE
               WHEN is_repeated THEN 'AMBIGUOUS'
               WHEN (known).id IS NULL AND operation <> 'ADD' THEN 'REJECTED'
               WHEN operation = 'DELETE'
                   THEN CASE WHEN (known).missing_since IS NULL THEN 'DISAPPEARING' ELSE 'UNCHANGED' END
               WHEN is_renumbered OR is_ine_taken THEN 'AMBIGUOUS'
               WHEN is_school_unknown THEN 'REJECTED'
               WHEN is_school_unsure THEN 'AMBIGUOUS'
               WHEN (known).id IS NULL THEN 'CREATED'
               WHEN (concat(coalesce(last_key, split_part((known).sort_key, chr(1), 1)), chr(1),
                            coalesce(first_key, split_part((known).sort_key, chr(1), 2)))
                     <> (known).sort_key)::int
                    + coalesce(birth_date <> (known).birth_date, false)::int
                    + coalesce(nullif(ine, '') <> (known).ine, false)::int >= 2
                    AND (ine = (known).ine) IS NOT true
                   THEN 'AMBIGUOUS'
               WHEN (known).missing_since IS NOT NULL OR are_links_changed THEN 'CHANGED'
               WHEN school_id IS NOT NULL AND (NOT is_schooled OR college_id IS DISTINCT FROM old_college_id)
                   THEN 'CHANGED'
               WHEN is_schooled AND NOT is_class_elsewhere AND class_name <> old_class THEN 'CHANGED'
               WHEN is_schooled AND (coalesce(regime, old_regime), coalesce(is_boursier, old_boursier))
                    IS DISTINCT FROM (old_regime, old_boursier) THEN 'CHANGED'
               WHEN (coalesce(ine, (known).ine, ''), coalesce(last_name, (known).last_name),
                     coalesce(first_name, (known).first_name),
                     coalesce(other_first_names, (known).other_first_names),
                     coalesce(birth_date, (known).birth_date))
                    IS DISTINCT FROM
                    (coalesce((known).ine::text, ''), (known).last_name::text,
                     (known).first_name::text, (known).other_first_names::text, (known).birth_date)
                   THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS outcome,
           reviews <> '' OR has_unknown OR has_unsure OR is_class_elsewhere OR has_double
               OR ends_share AS has_looks
    FROM matched
),
told AS (
    SELECT judged.*, CASE WHEN has_looks THEN array_remove(string_to_array(reviews, ' ') || ARRAY[
               CASE WHEN has_unknown THEN 'UNKNOWN_GUARDIAN' END,
               CASE WHEN has_unsure THEN 'AMBIGUOUS_GUARDIAN' END,
               CASE WHEN is_class_elsewhere THEN 'CLASS_ELSEWHERE' END,
               CASE WHEN has_double THEN 'POSSIBLE_DUPLICATE' END,
               CASE WHEN ends_share AND outcome = 'CHANGED' THEN 'SHARES_RESET' END
           ], NULL) ELSE '{}' END AS looks
    FROM judged
    WHERE outcome <> 'UNCHANGED' OR has_looks
)
SELECT %(feed)s, 'PUPIL', jointure_id, rank, (known).id, outcome,
       CASE
           WHEN is_repeated THEN 'DUPLICATE_ID'
           WHEN outcome IN ('CREATED', 'CHANGED', 'UNCHANGED', 'DISAPPEARING') THEN coalesce(looks[1], '')
           WHEN is_renumbered THEN 'RENUMBERED'
           WHEN is_ine_taken THEN 'SAME_INE'
           WHEN is_school_unknown AND operation <> 'DELETE' THEN 'UNKNOWN_SCHOOL'
           WHEN outcome = 'REJECTED' THEN 'UNKNOWN_RECORD'
           WHEN is_school_unsure THEN 'AMBIGUOUS_SCHOOL'
           ELSE 'ID_REUSED'
       END,
       to_jsonb(looks), (%(files)s::text[])[file] || ':' || line,
       CASE
           WHEN outcome = 'UNCHANGED' THEN '{}'
           WHEN outcome = 'DISAPPEARING' THEN jsonb_build_object(
               'last_name', jsonb_build_array((known).last_name, NULL),
               'first_name', jsonb_build_array((known).first_name, NULL)
           )
           WHEN (known).id IS NULL THEN jsonb_build_object(
               'last_name', jsonb_build_array(NULL, last_name),
               'first_name', jsonb_build_array(NULL, first_name),
               'birth_date', jsonb_build_array(NULL, birth_date),
               'college', jsonb_build_array(NULL, uai), 'class', jsonb_build_array(NULL, class_name)
           )
           ELSE (
               SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(old, new)), '{}')
               FROM (VALUES
                   ('jointure_id', to_jsonb((known).jointure_id), to_jsonb(jointure_id)),
                   ('ine', to_jsonb(coalesce((known).ine, '')), to_jsonb(ine)),
                   ('last_name', to_jsonb((known).last_name), to_jsonb(last_name)),
                   ('first_name', to_jsonb((known).first_name), to_jsonb(first_name)),
                   ('other_first_names', to_jsonb((known).other_first_names), to_jsonb(other_first_names)),
                   ('birth_date', to_jsonb((known).birth_date), to_jsonb(birth_date)),
                   ('college', to_jsonb(old_uai), CASE
                       WHEN is_schooled AND college_id = old_college_id THEN to_jsonb(old_uai)
                       ELSE to_jsonb(uai)
                   END),
                   ('class', to_jsonb(old_class), CASE WHEN NOT is_class_elsewhere THEN to_jsonb(class_name) END),
                   ('regime', to_jsonb(old_regime), to_jsonb(regime)),
                   ('is_boursier', to_jsonb(old_boursier), to_jsonb(is_boursier)),
                   ('guardians', to_jsonb(coalesce(old_links, '{}')),
                    CASE WHEN are_links_changed THEN to_jsonb(coalesce(new_links, '{}')) END),
                   ('missing_since', to_jsonb((known).missing_since), CASE
                       WHEN (known).missing_since IS NOT NULL THEN to_jsonb(''::text)
                   END)
               ) AS field (name, old, new)
               WHERE new IS NOT NULL AND (
                   new IS DISTINCT FROM old
                   OR (outcome = 'AMBIGUOUS' AND name IN ('last_name', 'first_name', 'birth_date', 'ine'))
               )
           )
       END
FROM told
