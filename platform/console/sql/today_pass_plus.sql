-- What of Pass+ waits for an agent of the département today? Grain: one row. Read at each opening of
-- the console by who may act on some of it; the rows of other départements are not readable from here.
-- Parameter: today. Each count keeps the same rows as the list that it opens.
WITH asked AS (SELECT %s::date AS today, current_schema()::text AS here),
registrations AS (
    SELECT count(*) AS count, min(registration.waiting_since) AS oldest
    FROM passplus_registration AS registration
    WHERE registration.state IN ('SUBMITTED', 'UNDER_REVIEW')
),
applications AS (
    SELECT count(*) AS count, min(application.submitted_at) AS oldest
    FROM passplus_partnerapplication AS application WHERE application.state = 'SUBMITTED'
),
ibans AS (
    SELECT count(*) AS count, min(iban.given_at) AS oldest
    FROM passplus_partneriban AS iban
    WHERE iban.confirmed_at IS NULL AND iban.closed_at IS NULL
),
sheets AS (
    SELECT count(*) AS count, min(sheet.proposed_at) AS oldest
    FROM passplus_sheetproposal AS sheet WHERE sheet.state = 'WAITING'
),
runs AS (
    SELECT count(*) AS count, min(run.asked_at) AS oldest
    FROM passplus_partnerrun AS run WHERE run.state = 'PREPARED'
),
orders AS (
    SELECT count(*) AS count, min(orders.made_at) AS oldest
    FROM passplus_paymentorder AS orders, asked
    WHERE orders.made_at >= (asked.today - 60)::timestamp AT TIME ZONE 'Europe/Paris' AND NOT EXISTS (
        SELECT 1 FROM commons_auditentry AS entry
        WHERE entry.subject_type = 'PaymentOrder' AND entry.subject_id = orders.public_id::text
          AND entry.action = 'passplus.order.read'
    )
),
corrections AS (
    SELECT count(*) AS count, min(correction.asked_at) AS oldest
    FROM passplus_correction AS correction WHERE correction.state = 'ASKED'
),
disputes AS (
    SELECT count(*) AS count, min(dispute.opened_at) AS oldest
    FROM passplus_statementdispute AS dispute WHERE dispute.state = 'OPEN'
),
agreements AS (
    SELECT count(*) AS count, min(agreement.proposed_at) AS oldest
    FROM reciprocity_agreement AS agreement, asked
    WHERE (agreement.valid_until IS NULL OR asked.today < agreement.valid_until)
      AND NOT EXISTS (
        SELECT 1 FROM reciprocity_signature AS signature
        WHERE signature.agreement_id = agreement.id AND signature.signed_by = asked.here
      )
      AND NOT EXISTS (
        SELECT 1 FROM reciprocity_ending AS ending WHERE ending.agreement_id = agreement.id
      )
),
said AS (
    SELECT statement.*,
           count(signature.id) AS signatures,
           coalesce(bool_or(signature.signed_by = asked.here), false) AS is_signed_here,
           CASE WHEN statement.first = asked.here THEN 1 ELSE -1 END
             * (statement.first_owes_cents - statement.second_owes_cents) AS owed_cents
    FROM reciprocity_statement AS statement
    CROSS JOIN asked
    LEFT JOIN reciprocity_statementsignature AS signature ON signature.statement_id = statement.id
    GROUP BY statement.id, asked.here
),
statements AS (
    SELECT count(*) AS count, min(said.prepared_at) AS oldest FROM said WHERE NOT said.is_signed_here
),
unpaid AS (
    SELECT count(*) AS count, min(said.prepared_at) AS oldest FROM said
    WHERE said.signatures = 2 AND said.owed_cents > 0 AND NOT EXISTS (
        SELECT 1 FROM reciprocity_settlement AS settlement WHERE settlement.statement_id = said.id
    )
)
SELECT registrations.count, registrations.oldest, applications.count, applications.oldest,
       ibans.count, ibans.oldest, sheets.count, sheets.oldest, runs.count, runs.oldest,
       orders.count, orders.oldest,
       corrections.count, corrections.oldest, disputes.count, disputes.oldest,
       agreements.count, agreements.oldest, statements.count, statements.oldest,
       unpaid.count, unpaid.oldest
FROM registrations, applications, ibans, sheets, runs, orders, corrections, disputes, agreements,
     statements, unpaid
