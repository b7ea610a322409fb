SELECT outcome, count(*) FROM school_records_importline
WHERE records_import_id = %(import)s GROUP BY outcome
