WITH {pupils}, staged AS ({staged})
UPDATE school_records_absence AS absence
SET pupil_id = staged.eleve, kind = staged.type, starts_at = staged.debut, ends_at = staged.fin,
    is_justified = staged.justifiee, reason = staged.motif, withdrawn_at = NULL
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome IN ('CHANGED', 'RESTORED')
WHERE absence.college_id = %(college)s AND absence.school_year = %(year)s
  AND absence.record_id = staged.record_id
