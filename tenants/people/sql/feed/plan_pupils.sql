-- What is to be done for each pupil who was created or changed. Grain: one row per such pupil. A delta
-- that does not say the school leaves the pupil where they are; a class of another school is left out.
INSERT INTO people_stagedplan
    (rank, pupil_id, is_new, college_id, class_name, level, regime, is_boursier, has_links,
     has_default_shares)
SELECT staged.rank, pupil.id, row.outcome = 'CREATED', coalesce(college.id, schooled.college_id),
       CASE WHEN (staged.class_school_id <> schooled.jointure_id) IS NOT true THEN staged.class_name END,
       staged.level, staged.regime, staged.is_boursier, staged.has_links,
       shared.pupil_id IS NULL OR row.reviews ? 'SHARES_RESET'
FROM people_stagedpupil AS staged
JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
JOIN people_pupil AS pupil ON pupil.jointure_id = staged.jointure_id
LEFT JOIN people_college AS college ON college.jointure_id = staged.school_id
LEFT JOIN people_stagedschooling AS schooled ON schooled.pupil_id = pupil.id
LEFT JOIN people_stagedshare AS shared ON shared.pupil_id = pupil.id
WHERE row.outcome IN ('CREATED', 'CHANGED')
