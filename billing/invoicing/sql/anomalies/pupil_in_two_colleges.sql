-- Is a pupil schooled in two collèges in the month?
-- Severity: WARNING. Grain: one row per pupil. Refresh: at each review.
SELECT 'pupil', schooling.pupil_id,
       jsonb_build_object('uais', jsonb_agg(DISTINCT college.uai))
FROM people_schooling AS schooling
JOIN people_college AS college ON college.id = schooling.college_id
WHERE schooling.valid_from < %(end)s
  AND (schooling.valid_until IS NULL OR schooling.valid_until > %(first)s)
  AND EXISTS (
      SELECT 1 FROM canteen_enrolment AS enrolment
      WHERE enrolment.pupil_id = schooling.pupil_id AND enrolment.state <> 'DRAFT'
        AND enrolment.valid_from < %(end)s
        AND (enrolment.valid_until IS NULL OR enrolment.valid_until > %(first)s)
  )
GROUP BY schooling.pupil_id
HAVING count(DISTINCT schooling.college_id) > 1
