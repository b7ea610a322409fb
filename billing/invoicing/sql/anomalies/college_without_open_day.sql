-- Are pupils enrolled at a collège whose canteen is open no day of a month with school? Nothing of it
-- is billed, and nothing else says so.
-- Severity: BLOCKING. Grain: one row per collège. Refresh: at each review.
SELECT 'College', enrolment.college_id,
       jsonb_build_object('pupils', count(DISTINCT enrolment.pupil_id))
FROM canteen_enrolment AS enrolment
WHERE %(has_school)s AND enrolment.state <> 'DRAFT'
  AND enrolment.valid_from < %(end)s
  AND (enrolment.valid_until IS NULL
       OR enrolment.valid_until > greatest(enrolment.valid_from, %(first)s::date))
  AND NOT EXISTS (
      SELECT 1 FROM canteen_serviceday AS service_day
      WHERE service_day.college_id = enrolment.college_id AND service_day.is_open
        AND service_day.day >= %(first)s AND service_day.day < %(end)s
  )
GROUP BY enrolment.college_id
