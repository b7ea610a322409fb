-- Is a pupil enrolled in the month with nobody to pay?
-- Severity: BLOCKING. Grain: one row per enrolment's pupil. Refresh: at each review.
SELECT 'pupil', enrolment.pupil_id, jsonb_build_object('enrolments', count(*))
FROM canteen_enrolment AS enrolment
WHERE enrolment.state <> 'DRAFT'
  AND enrolment.valid_from < %(end)s
  AND (enrolment.valid_until IS NULL
       OR enrolment.valid_until > greatest(enrolment.valid_from, %(first)s::date))
  AND NOT EXISTS (
      SELECT 1 FROM canteen_enrolmentpayer AS payer WHERE payer.enrolment_id = enrolment.id
  )
GROUP BY enrolment.pupil_id
