INSERT INTO school_records_absence
    (public_id, college_id, school_year, record_id, pupil_id, kind, starts_at, ends_at,
     is_justified, reason)
WITH {pupils}, staged AS ({staged})
SELECT gen_random_uuid(), %(college)s, %(year)s, staged.record_id, staged.eleve, staged.type,
       staged.debut, staged.fin, staged.justifiee, staged.motif
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome = 'ADDED'
ORDER BY staged.line
