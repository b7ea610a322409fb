UPDATE {facts} AS fact SET withdrawn_at = %(at)s
FROM school_records_importline AS line
WHERE line.records_import_id = %(import)s AND line.outcome = 'WITHDRAWN'
  AND fact.college_id = %(college)s AND fact.school_year = %(year)s
  AND fact.record_id = line.record_id
