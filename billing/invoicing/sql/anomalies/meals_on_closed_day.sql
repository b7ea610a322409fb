-- Was a meal added on a day the canteen is closed, or has no service? It is not billed.
-- Severity: WARNING. Grain: one row per enrolment's pupil. Refresh: at each review.
SELECT 'pupil', enrolment.pupil_id, jsonb_build_object('days', jsonb_agg(exception.day ORDER BY exception.day))
FROM canteen_bookingexception AS exception
JOIN canteen_enrolment AS enrolment ON enrolment.id = exception.enrolment_id
LEFT JOIN canteen_serviceday AS service_day
  ON service_day.college_id = enrolment.college_id AND service_day.day = exception.day
WHERE exception.kind = 'EXTRA' AND exception.day >= %(first)s AND exception.day < %(end)s
  AND (service_day.id IS NULL OR NOT service_day.is_open)
GROUP BY enrolment.pupil_id
