-- What does closing a collège's canteen on a day take away? Grain: one row: meals, meals that have
-- a price, and what those would have been billed, in cents. Same rule as the billing run.
-- Parameters: collège id, day.
SELECT count(*), count(decision.id), coalesce(sum(decision.unit_price_cents), 0)::bigint
FROM canteen_serviceday AS service_day
JOIN canteen_enrolment AS enrolment
  ON enrolment.college_id = service_day.college_id AND enrolment.state <> 'DRAFT'
 AND enrolment.valid_from <= service_day.day
 AND (enrolment.valid_until IS NULL OR service_day.day < enrolment.valid_until)
LEFT JOIN canteen_bookingexception AS exception
  ON exception.enrolment_id = enrolment.id AND exception.day = service_day.day
LEFT JOIN tariffs_pricedecision AS decision
  ON decision.pupil_id = enrolment.pupil_id AND decision.service = enrolment.service
 AND decision.valid_from <= service_day.day
 AND (decision.valid_until IS NULL OR service_day.day < decision.valid_until)
WHERE service_day.college_id = %s AND service_day.day = %s::date AND service_day.is_open
  AND (exception.kind = 'EXTRA'
       OR ((enrolment.weekdays >> (extract(isodow FROM service_day.day)::int - 1)) & 1 = 1
           AND (exception.kind IS NULL OR exception.is_late)))
