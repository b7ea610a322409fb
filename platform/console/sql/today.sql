-- What waits for an agent of the département today? Grain: one row. Read at each opening of the
-- console; every table is read through an index or is small.
-- Parameters: today; the UAIs the agent is limited to, or null for all. Whoever is limited counts
-- the enrolments of pupils still schooled there, as the lists do (`filters.py` keeps the same rows).
WITH asked AS (SELECT %s::date AS today, %s::text[] AS uais),
colleges AS (
    SELECT college.id FROM people_college AS college, asked
    WHERE asked.uais IS NULL OR college.uai = ANY(asked.uais)
),
readable AS NOT MATERIALIZED (
    SELECT enrolment.* FROM canteen_enrolment AS enrolment, asked
    WHERE asked.uais IS NULL OR (
        enrolment.college_id IN (SELECT id FROM colleges)
        AND EXISTS (
            SELECT 1 FROM people_schooling AS schooling
            WHERE schooling.pupil_id = enrolment.pupil_id AND schooling.valid_until IS NULL
              AND schooling.college_id IN (SELECT id FROM colleges)
        )
    )
),
drafts AS (
    SELECT count(*) AS count, min(enrolment.created_at) AS oldest
    FROM readable AS enrolment WHERE enrolment.state = 'DRAFT'
),
running AS (
    SELECT enrolment.id, enrolment.pupil_id, enrolment.service, enrolment.college_id,
           enrolment.weekdays, enrolment.valid_from
    FROM readable AS enrolment, asked
    WHERE enrolment.state <> 'DRAFT' AND enrolment.valid_from <= asked.today
      AND (enrolment.valid_until IS NULL OR asked.today < enrolment.valid_until)
),
unpriced AS (
    SELECT count(*) AS count, min(running.valid_from) AS oldest
    FROM running CROSS JOIN asked
    WHERE NOT EXISTS (
        SELECT 1 FROM tariffs_pricedecision AS decision
        WHERE decision.pupil_id = running.pupil_id AND decision.service = running.service
          AND decision.valid_from <= asked.today
          AND (decision.valid_until IS NULL OR asked.today < decision.valid_until)
    )
),
gone AS (
    SELECT count(*) AS count, min(pupil.missing_since) AS oldest
    FROM running JOIN people_pupil AS pupil ON pupil.id = running.pupil_id
    WHERE pupil.missing_since IS NOT NULL
),
meals AS (
    SELECT count(*) AS count
    FROM running
    CROSS JOIN asked
    JOIN canteen_serviceday AS service_day
      ON service_day.college_id = running.college_id AND service_day.day = asked.today
     AND service_day.is_open
    LEFT JOIN canteen_bookingexception AS exception
      ON exception.enrolment_id = running.id AND exception.day = asked.today
    WHERE exception.kind = 'EXTRA'
       OR ((running.weekdays >> (extract(isodow FROM asked.today)::int - 1)) & 1 = 1
           AND exception.kind IS NULL)
),
anomalies AS (
    SELECT count(*) FILTER (WHERE anomaly.severity = 'BLOCKING') AS blocking,
           count(*) FILTER (WHERE anomaly.severity = 'WARNING') AS warnings,
           min(run.prepared_at) AS oldest
    FROM invoicing_anomaly AS anomaly
    JOIN invoicing_billingrun AS run ON run.id = anomaly.run_id
    WHERE anomaly.answered_at IS NULL AND run.state IN ('PREPARED', 'REVIEWED')
),
refunds AS (
    SELECT count(*) AS count, min(refund.asked_at) AS oldest
    FROM payments_refund AS refund
    WHERE refund.settled_at IS NULL AND refund.state = 'ASKED'
),
strange AS (
    SELECT count(*) AS count, min(payment.created_at) AS oldest
    FROM payments_payment AS payment
    WHERE payment.problem <> '' AND payment.answered_at IS NULL
),
disputes AS (
    SELECT count(*) AS count, min(dispute.opened_at) AS oldest
    FROM invoicing_dispute AS dispute WHERE dispute.state = 'OPEN'
),
contests AS (
    SELECT count(*) AS count, min(contest.opened_at) AS oldest
    FROM tariffs_pricecontest AS contest WHERE contest.state = 'OPEN'
),
unrecognised AS (
    SELECT count(*) AS count, min(request.waiting_since) AS oldest
    FROM identities_linkrequest AS request, asked
    WHERE request.state = 'TO_DECIDE'
      AND (asked.uais IS NULL OR request.college_uai = ANY (asked.uais))
),
latest_feed AS (
    SELECT max(feed.ended_at) AS applied FROM people_feedimport AS feed WHERE feed.state = 'APPLIED'
),
stopped AS (
    SELECT count(*) AS count, min(feed.started_at) AS oldest
    FROM people_feedimport AS feed, latest_feed
    WHERE feed.state IN ('STOPPED', 'REJECTED')
      AND feed.started_at > coalesce(latest_feed.applied, '-infinity'::timestamptz)
),
ledger AS (
    SELECT coalesce(sum(account.debits_posted), 0) = coalesce(sum(account.credits_posted), 0)
       AND coalesce(sum(account.debits_pending), 0) = coalesce(sum(account.credits_pending), 0)
           AS is_balanced
    FROM ledger_account AS account
),
checked AS (
    SELECT entry.at, (entry.details ->> 'differing_accounts')::int AS differing
    FROM commons_auditentry AS entry
    WHERE entry.subject_type = 'ledger' AND entry.subject_id = 'all'
    ORDER BY entry.id DESC LIMIT 1
)
SELECT drafts.count, drafts.oldest, unpriced.count, unpriced.oldest, gone.count, gone.oldest,
       meals.count, (SELECT count(*) FROM running), anomalies.blocking, anomalies.warnings,
       anomalies.oldest, latest_feed.applied, stopped.count, stopped.oldest, ledger.is_balanced,
       (SELECT at FROM checked), (SELECT differing FROM checked),
       refunds.count, refunds.oldest, strange.count, strange.oldest,
       disputes.count, disputes.oldest, contests.count, contests.oldest,
       unrecognised.count, unrecognised.oldest
FROM drafts, unpriced, gone, meals, anomalies, latest_feed, stopped, ledger, refunds, strange,
     disputes, contests, unrecognised
