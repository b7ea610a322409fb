-- Where each pupil is schooled this year, as far as we know. Grain: one row per pupil.
INSERT INTO people_stagedschooling
    (pupil_id, college_id, uai, jointure_id, class_name, regime, is_boursier)
SELECT DISTINCT ON (schooling.pupil_id)
       schooling.pupil_id, schooling.college_id, college.uai, college.jointure_id,
       coalesce(class.name, ''), schooling.regime, schooling.is_boursier
FROM people_schooling AS schooling
JOIN people_college AS college ON college.id = schooling.college_id
LEFT JOIN people_schoolclass AS class ON class.id = schooling.school_class_id
WHERE schooling.school_year = %(year)s AND schooling.valid_until IS NULL
ORDER BY schooling.pupil_id, schooling.valid_from DESC
