-- Refusals of the reading itself stay: they are in the file. Those of the comparison are judged again.
DELETE FROM school_records_importline
WHERE records_import_id = %(import)s
  AND (
      outcome <> 'REJECTED'
      OR reason_code IN ('DUPLICATE', 'PUPIL_UNKNOWN', 'CLASS_UNKNOWN', 'ASSESSMENT_DIFFERS')
  )
