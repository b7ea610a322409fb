SELECT staged.record_id, staged.line, pupils.pupil_id AS eleve, staged.kind AS type,
       staged.starts_at AS debut, staged.ends_at AS fin, staged.is_justified AS justifiee,
       staged.reason AS motif
FROM school_records_stagedabsence AS staged
JOIN pupils ON pupils.key = staged.pupil_key
WHERE staged.import_id = %(import)s
