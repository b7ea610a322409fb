SELECT (
           SELECT count(*) FROM {facts}
           WHERE college_id = %(college)s AND school_year = %(year)s AND withdrawn_at IS NULL
       ),
       EXISTS (
           SELECT 1 FROM school_records_importline
           WHERE records_import_id = %(import)s AND outcome = 'REJECTED' AND record_id = ''
       )
