-- Do the payers' shares of an enrolment not add up to the whole?
-- Severity: BLOCKING. Grain: one row per pupil. Refresh: at each review.
SELECT 'pupil', shares.pupil_id, jsonb_build_object('share_bp', min(shares.share_bp))
FROM (
    SELECT enrolment.id, enrolment.pupil_id, sum(payer.share_bp) AS share_bp
    FROM canteen_enrolment AS enrolment
    JOIN canteen_enrolmentpayer AS payer ON payer.enrolment_id = enrolment.id
    WHERE enrolment.state <> 'DRAFT'
      AND enrolment.valid_from < %(end)s
      AND (enrolment.valid_until IS NULL
           OR enrolment.valid_until > greatest(enrolment.valid_from, %(first)s::date))
    GROUP BY enrolment.id, enrolment.pupil_id
    HAVING sum(payer.share_bp) <> 10000
) AS shares
GROUP BY shares.pupil_id
