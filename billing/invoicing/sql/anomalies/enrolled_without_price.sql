-- Has a pupil meals in the month on days no price decision covers? They would not be billed.
-- Severity: BLOCKING. Grain: one row per pupil. Refresh: at each review.
SELECT 'pupil', enrolment.pupil_id,
       jsonb_build_object('days', count(*), 'first_day', min(service_day.day))
FROM canteen_enrolment AS enrolment
JOIN canteen_serviceday AS service_day
  ON service_day.college_id = enrolment.college_id AND service_day.is_open
 AND service_day.day >= %(first)s AND service_day.day < %(end)s
 AND enrolment.valid_from <= service_day.day
 AND (enrolment.valid_until IS NULL OR service_day.day < enrolment.valid_until)
LEFT JOIN canteen_bookingexception AS exception
  ON exception.enrolment_id = enrolment.id AND exception.day = service_day.day
LEFT JOIN tariffs_pricedecision AS decision
  ON decision.pupil_id = enrolment.pupil_id AND decision.service = enrolment.service
 AND decision.valid_from <= service_day.day
 AND (decision.valid_until IS NULL OR service_day.day < decision.valid_until)
WHERE enrolment.state <> 'DRAFT' AND decision.id IS NULL
  AND (exception.kind = 'EXTRA'
       OR ((enrolment.weekdays >> (extract(isodow FROM service_day.day)::int - 1)) & 1 = 1
           AND (exception.kind IS NULL OR exception.is_late)))
GROUP BY enrolment.pupil_id
