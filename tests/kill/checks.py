"""What must hold once everything is quiet again: nothing missing, nothing twice, no number skipped.

Each check is a query that must find nothing, read as a superuser: it believes neither the pages nor the
operations. What the bank says is read from the bank's own file.
"""

from __future__ import annotations

import email
import email.policy
from typing import Any

from billing.ledger.statements import named
from tests.kill.house import House
from tests.kill.seed import MONTH

# What each must not find. `{month}` is October's run.
QUERIES = {
    "numbers skipped or given twice": """
        SELECT regie_id, left(number, 4), count(*), max(right(number, 6)::int)
        FROM invoicing_invoice GROUP BY 1, 2
        HAVING count(*) <> max(right(number, 6)::int) OR count(DISTINCT number) <> count(*)
    """,
    "a counter that is not at its latest number": """
        SELECT counter.regie_id, counter.fiscal_year, counter.latest_number, count(invoice.id)
        FROM invoicing_invoicecounter AS counter
        LEFT JOIN invoicing_invoice AS invoice
          ON invoice.regie_id = counter.regie_id
         AND left(invoice.number, 4)::int = counter.fiscal_year
        WHERE counter.series = 'INVOICE'
        GROUP BY 1, 2, 3 HAVING counter.latest_number <> count(invoice.id)
    """,
    "credit notes whose numbers are skipped or given twice": """
        SELECT counter.regie_id, counter.fiscal_year, counter.latest_number, array_agg(note.number)
        FROM invoicing_invoicecounter AS counter
        LEFT JOIN invoicing_creditnote AS note
          ON note.regie_id = counter.regie_id
         AND substr(note.number, 4, 4)::int = counter.fiscal_year
        WHERE counter.series = 'CREDIT_NOTE'
        GROUP BY 1, 2, 3
        HAVING counter.latest_number <> count(DISTINCT note.number)
            OR counter.latest_number <> max(right(note.number, 6)::int)
    """,
    "a credit note that is not the sum of its lines": """
        SELECT note.number, note.total_cents, sum(line.amount_cents)
        FROM invoicing_creditnote AS note
        LEFT JOIN invoicing_creditnoteline AS line ON line.credit_note_id = note.id
        GROUP BY note.id HAVING note.total_cents IS DISTINCT FROM sum(line.amount_cents)::bigint
    """,
    "the month not issued, or issued twice": """
        SELECT month, count(*) FROM invoicing_billingrun
        WHERE state = 'ISSUED' GROUP BY month HAVING count(*) <> 1
        UNION ALL
        SELECT month, 0 FROM invoicing_billingrun WHERE month <= '{month}' AND state <> 'ISSUED'
    """,
    "drafts that are not one invoice, or another amount": """
        SELECT draft.run_id, draft.payer_id, draft.total_cents, invoice.total_cents
        FROM invoicing_draftinvoice AS draft
        JOIN invoicing_billingrun AS run ON run.id = draft.run_id AND run.state = 'ISSUED'
        FULL JOIN invoicing_invoice AS invoice
          ON invoice.run_id = draft.run_id AND invoice.payer_id = draft.payer_id
        WHERE coalesce(draft.total_cents, 0) <> coalesce(invoice.total_cents, 0)
    """,
    "an invoice that is not the sum of its lines": """
        SELECT invoice.number, invoice.total_cents, sum(line.amount_cents)
        FROM invoicing_invoice AS invoice
        LEFT JOIN invoicing_invoiceline AS line ON line.invoice_id = invoice.id
        GROUP BY invoice.id HAVING invoice.total_cents IS DISTINCT FROM sum(line.amount_cents)::bigint
    """,
    "drafts whose total is not the sum of their lines": """
        SELECT draft.id FROM invoicing_draftinvoice AS draft
        LEFT JOIN invoicing_draftline AS line ON line.draft_invoice_id = draft.id
        GROUP BY draft.id HAVING draft.total_cents IS DISTINCT FROM sum(line.amount_cents)::bigint
    """,
    "an invoice that the ledger does not owe, once": """
        SELECT invoice.number, count(transfer.id), sum(transfer.amount_cents)
        FROM invoicing_invoice AS invoice
        LEFT JOIN ledger_transfer AS transfer
          ON transfer.debit_account_id = invoice.ledger_account_id AND transfer.code = 'invoice'
        GROUP BY invoice.id
        HAVING count(transfer.id) <> 1 OR sum(transfer.amount_cents) <> invoice.total_cents
    """,
    "an account of no invoice": """
        SELECT account.code FROM ledger_account AS account
        LEFT JOIN invoicing_invoice AS invoice ON invoice.ledger_account_id = account.id
        WHERE account.kind = 'INVOICE' AND invoice.id IS NULL
    """,
    "an act that is not in the journal, once": """
        SELECT run.month, count(entry.id) FROM invoicing_billingrun AS run
        LEFT JOIN commons_auditentry AS entry
          ON entry.action = 'billing.run.issued' AND entry.subject_id = run.public_id::text
        WHERE run.state = 'ISSUED' GROUP BY run.id HAVING count(entry.id) <> 1
    """,
    "a payment without its holds": """
        SELECT payment.public_id FROM payments_payment AS payment
        LEFT JOIN payments_paymentpart AS part ON part.payment_id = payment.id
        GROUP BY payment.id HAVING sum(part.amount_cents)::bigint IS DISTINCT FROM payment.amount_cents
    """,
    "a hold of no payment": """
        SELECT hold.reference FROM ledger_transfer AS hold
        LEFT JOIN payments_paymentpart AS part ON part.hold_id = hold.id
        WHERE hold.kind = 'PENDING' AND hold.code = 'payment' AND part.id IS NULL
    """,
    "holds that do not end as their payment": """
        SELECT payment.public_id, payment.state, hold.reference, array_agg(ended.kind)
        FROM payments_paymentpart AS part
        JOIN payments_payment AS payment ON payment.id = part.payment_id
        JOIN ledger_transfer AS hold ON hold.id = part.hold_id
        LEFT JOIN ledger_transfer AS ended ON ended.pending_id = hold.id
        GROUP BY payment.id, hold.id
        HAVING array_agg(ended.kind::text) <> CASE payment.state
            WHEN 'PAID' THEN ARRAY['POST_PENDING'] WHEN 'FAILED' THEN ARRAY['VOID_PENDING']
            WHEN 'EXPIRED' THEN ARRAY['VOID_PENDING'] ELSE ARRAY[NULL::text] END
    """,
    "an invoice credited by other than its payments and its credit notes": """
        SELECT invoice.number, account.credits_posted, paid.cents, credited.cents
        FROM invoicing_invoice AS invoice
        JOIN ledger_account AS account ON account.id = invoice.ledger_account_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(part.amount_cents), 0) AS cents FROM payments_paymentpart AS part
            JOIN payments_payment AS payment ON payment.id = part.payment_id
            WHERE part.invoice_id = invoice.id AND payment.state = 'PAID') AS paid
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(note.total_cents - note.over_paid_cents), 0) AS cents
            FROM invoicing_creditnote AS note WHERE note.invoice_id = invoice.id) AS credited
        WHERE account.credits_posted <> paid.cents + credited.cents
    """,
    "events that were given up or wait": """
        SELECT name, attempts, latest_error FROM commons_outboxevent WHERE delivered_at IS NULL
    """,
    "long work that is not over, or was given up": """
        SELECT kind, state, error_code FROM commons_job
        WHERE ended_at IS NULL OR error_code = 'JOB_GIVEN_UP'
    """,
    "invoices nobody was told of": """
        SELECT invoice.number FROM invoicing_invoice AS invoice
        LEFT JOIN commons_outboxevent AS event
          ON event.name = 'billing.invoice.issued' AND event.payload->>'invoice_id' = invoice.id::text
        GROUP BY invoice.id HAVING count(event.id) <> 1
    """,
    "notices that were not dealt with": """
        SELECT event_ref FROM payments_notice WHERE handled_at IS NULL
    """,
    "payments that a person must look at": """
        SELECT public_id, problem FROM payments_payment WHERE problem <> ''
    """,
}
# What a second run must leave as it is.
KEPT = (
    ("invoicing_billingrun", "*"),
    ("invoicing_draftinvoice", "*"),
    ("invoicing_invoice", "*"),
    ("invoicing_invoiceline", "*"),
    ("invoicing_invoicecounter", "*"),
    ("invoicing_creditnote", "*"),
    ("invoicing_creditnoteline", "*"),
    ("ledger_account", "*"),
    ("ledger_transfer", "*"),
    ("payments_payment", "id, state, settled_at, checkout_ref, problem"),
    ("payments_paymentpart", "*"),
    ("payments_refund", "*"),
)


def everything(house: House) -> list[str]:
    """What does not hold, in words."""
    found = []
    for name, query in QUERIES.items():
        rows = house.rows(query.format(month=MONTH))
        if rows:
            found.append(f"{name}: {rows[:5]}")
    return [*found, *_books(house), *_bank(house), *_mails(house)]


def _books(house: House) -> list[str]:
    """The ledger's own checks: balances and their transfers, resolutions and their holds, the sums."""
    differing, broken = house.rows(named("reconcile")), house.rows(named("resolutions"))
    ((held_from, paid_from, held_to, paid_to),) = house.rows(named("trial_balance"))
    is_balanced = (held_from, paid_from) == (held_to, paid_to)
    return [] if is_balanced and not differing and not broken else [f"books: {differing} {broken}"]


def _bank(house: House) -> list[str]:
    """Each payment where the bank says it is, and no money at the bank that we do not know of."""
    ours = {
        ref: (str(key), state, cents)
        for ref, key, state, cents in house.rows(
            "SELECT checkout_ref, public_id, state, amount_cents FROM payments_payment"
        )
        if ref
    }
    objects = house.bank["objects"]
    sessions = [one for one in objects.values() if one["object"] == "checkout.session"]
    found = []
    for session in sessions:
        says = _state_at(session, objects)
        known = ours.pop(session["id"], None)
        if known is None:
            # Its page was made, and we died before we knew: nobody saw it, nothing may be paid there.
            if says in ("PAID", "PROCESSING"):
                found.append(f"money at the bank nobody here knows of: {session['id']}")
        elif known != (session["client_reference_id"], says, session["amount_total"]):
            found.append(f"{known} at the bank: {says} {session['amount_total']}")
    return found + [f"not at the bank: {known}" for known in ours.values()]


def _state_at(session: dict[str, Any], objects: dict[str, Any]) -> str:
    if session["status"] != "complete":
        return {"open": "OPEN", "expired": "EXPIRED"}[session["status"]]
    intent = objects[session["payment_intent"]]
    return {"succeeded": "PAID", "processing": "PROCESSING"}[intent["status"]]


def _mails(house: House) -> list[str]:
    """Whoever can be written to has a message about each invoice."""
    written = ""
    for path in house.mail_files:
        body = email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_body()
        written += body.get_content() if body else ""
    expected = house.rows(
        """SELECT invoice.number, invoice.public_id::text FROM invoicing_invoice AS invoice
           JOIN people_guardian AS payer ON payer.id = invoice.payer_id
           LEFT JOIN accounts_user AS account ON account.id = payer.user_id
           WHERE coalesce(account.email, payer.email) <> '' AND invoice.month = %s""",
        MONTH,
    )
    missing = [number for number, key in expected if f"/factures/{key}/" not in written]
    return [f"messages that were not sent: {missing}"] if missing or not expected else []


def is_quiet(house: House) -> bool:
    """Whether nothing waits: no event, and no payment but those the bank has still in hand."""
    return bool(
        house.value(
            """SELECT NOT EXISTS (SELECT FROM commons_outboxevent WHERE delivered_at IS NULL)
                  AND NOT EXISTS (SELECT FROM commons_job WHERE ended_at IS NULL)
                  AND NOT EXISTS (SELECT FROM payments_payment
                                  WHERE settled_at IS NULL AND state <> 'PROCESSING')"""
        )
    )


def as_it_stands(house: House) -> dict[str, Any]:
    """A digest of all that a second run must not change."""
    digests = {
        table: house.value(
            f"SELECT md5(coalesce(string_agg(row::text, '|' ORDER BY row::text), '')) "
            f"FROM (SELECT {columns} FROM {table}) AS row"
        )
        for table, columns in KEPT
    }
    return digests | {"mails": sorted(path.name for path in house.mail_files)}
