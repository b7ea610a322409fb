-- The differences of those: lines to bill besides (`added`), and what to take off issued ones (`taken`).
net AS (
    SELECT
        guardian_id, pupil_id,
        sum(amount_cents - credited_cents)::bigint AS net_cents,
        sum(amount_cents - credited_cents + by_hand_cents)::bigint AS kept_cents
    FROM billed
    GROUP BY guardian_id, pupil_id
),
owed AS (
    SELECT guardian_id, pupil_id, sum(amount_cents)::bigint AS cents
    FROM lines
    GROUP BY guardian_id, pupil_id
),
differences AS (
    SELECT
        guardian_id, pupil_id, coalesce(net.kept_cents, 0) AS kept_cents,
        greatest(coalesce(owed.cents, 0) - coalesce(net.kept_cents, 0), 0) AS more_cents,
        greatest(coalesce(net.net_cents, 0) - coalesce(owed.cents, 0), 0) AS less_cents
    FROM owed FULL JOIN net USING (guardian_id, pupil_id)
),
known AS (
    SELECT DISTINCT guardian_id, enrolment_id, decision_id FROM billed
),
weighed AS (
    SELECT
        lines.*, differences.kept_cents,
        sum(lines.amount_cents) OVER (
            PARTITION BY lines.guardian_id, lines.pupil_id
            ORDER BY known.guardian_id IS NULL, lines.days, lines.enrolment_id, lines.decision_id
            ROWS UNBOUNDED PRECEDING
        )::bigint AS cents_so_far
    FROM lines
    JOIN differences USING (guardian_id, pupil_id)
    LEFT JOIN known
      ON known.guardian_id = lines.guardian_id AND known.enrolment_id = lines.enrolment_id
     AND known.decision_id = lines.decision_id
    WHERE differences.more_cents > 0
),
-- What is billed already counts for the first lines, those of an unchanged price before the others.
added AS (
    SELECT weighed.*, already.cents AS already_billed_cents
    FROM weighed
    CROSS JOIN LATERAL (
        SELECT least(weighed.amount_cents,
                     greatest(weighed.kept_cents - weighed.cents_so_far + weighed.amount_cents, 0))
               AS cents
    ) AS already
    WHERE already.cents < weighed.amount_cents
),
ranked AS (
    SELECT
        billed.*, differences.less_cents,
        billed.amount_cents - billed.credited_cents AS left_cents,
        sum(billed.amount_cents - billed.credited_cents) OVER (
            PARTITION BY billed.guardian_id, billed.pupil_id
            ORDER BY unchanged.guardian_id IS NOT NULL, billed.id DESC
            ROWS UNBOUNDED PRECEDING
        )::bigint AS left_so_far
    FROM billed
    JOIN differences USING (guardian_id, pupil_id)
    LEFT JOIN lines AS unchanged
      ON unchanged.guardian_id = billed.guardian_id
     AND unchanged.enrolment_id = billed.enrolment_id
     AND unchanged.decision_id = billed.decision_id AND unchanged.days = billed.days
    WHERE differences.less_cents > 0
),
eaten AS (
    SELECT lines.guardian_id, lines.pupil_id, array_agg(DISTINCT day) AS days
    FROM lines
    CROSS JOIN LATERAL unnest(lines.days) AS day
    GROUP BY lines.guardian_id, lines.pupil_id
),
-- What is too much is taken off the lines that changed before the others, the latest first.
taken AS (
    SELECT ranked.*, credit.cents AS credit_cents, gone.days AS gone_days
    FROM ranked
    CROSS JOIN LATERAL (
        SELECT least(ranked.left_cents,
                     greatest(ranked.less_cents - ranked.left_so_far + ranked.left_cents, 0)) AS cents
    ) AS credit
    LEFT JOIN eaten
      ON eaten.guardian_id = ranked.guardian_id AND eaten.pupil_id = ranked.pupil_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(day ORDER BY day), '{}') AS days
        FROM unnest(ranked.days) AS day
        WHERE day <> ALL (ranked.credited_days) AND day <> ALL (coalesce(eaten.days, '{}'))
    ) AS gone
    WHERE credit.cents > 0
),
