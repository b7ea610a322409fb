-- The invoices of the meals of the period, each of the collège of its first line: what is left once it is credited,
-- what was paid, and when it was paid whole. A payment counts from the moment the provider says it is paid.
credits AS (
    SELECT note.invoice_id, sum(note.total_cents) AS cents
    FROM invoicing_creditnote AS note
    GROUP BY note.invoice_id
),
month_invoices AS (
    SELECT invoice.id, invoice.payer_id, invoice.issued_on, invoice.due_on, invoice.total_cents
    FROM invoicing_billingrun AS run
    JOIN invoicing_invoice AS invoice ON invoice.run_id = run.id
    WHERE run.month >= %(first_day)s AND run.month < %(end_day)s
),
payments AS (
    SELECT part.invoice_id, sum(part.amount_cents - coalesce(given_back.cents, 0)) AS cents,
           max(payment.settled_at) AS latest_at
    FROM month_invoices
    JOIN payments_paymentpart AS part ON part.invoice_id = month_invoices.id
    JOIN payments_payment AS payment ON payment.id = part.payment_id AND payment.state = 'PAID'
    LEFT JOIN (
        SELECT refund.part_id, sum(refund.amount_cents) AS cents
        FROM payments_refund AS refund
        WHERE refund.state = 'DONE'
        GROUP BY refund.part_id
    ) AS given_back ON given_back.part_id = part.id
    GROUP BY part.invoice_id
),
invoice_places AS (
    SELECT DISTINCT ON (line.invoice_id) line.invoice_id, college.uai AS college
    FROM invoicing_invoiceline AS line
    JOIN month_invoices ON month_invoices.id = line.invoice_id
    JOIN canteen_enrolment AS enrolment ON enrolment.id = line.enrolment_id
    JOIN people_college AS college ON college.id = enrolment.college_id
    ORDER BY line.invoice_id, line.id
),
invoices AS (
    SELECT
        invoice.id, invoice.payer_id, invoice.issued_on, invoice.due_on,
        coalesce(invoice_places.college, 'NONE') AS college,
        invoice.total_cents - coalesce(credits.cents, 0) AS owed_cents,
        coalesce(credits.cents, 0) AS credited_cents,
        least(coalesce(payments.cents, 0), invoice.total_cents - coalesce(credits.cents, 0)) AS paid_cents,
        payments.latest_at AS paid_at
    FROM month_invoices AS invoice
    LEFT JOIN invoice_places ON invoice_places.invoice_id = invoice.id
    LEFT JOIN credits ON credits.invoice_id = invoice.id
    LEFT JOIN payments ON payments.invoice_id = invoice.id
),
