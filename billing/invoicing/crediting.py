"""Credit notes: a part of an issued invoice, or all that is left of it. Called through `operations`.

A credit note lowers what is due. What exceeds it was paid already: it is owed back, on an account of
its own for each invoice (`over_paid_code`), and shown until it is refunded. While a payment keeps
cents of the invoice, they are not credited: they may still be paid.

Locks: the months from the invoice's on (shared, as an act on its meals), the ledger's accounts, then
the counter. The lock of the invoice's account is what two credit notes of one invoice wait for.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from billing.invoicing import queries
from billing.invoicing.issuing import take_numbers
from billing.invoicing.models import (
    BillingRun,
    CreditNote,
    Invoice,
    InvoiceCounter,
    InvoiceLine,
    Regie,
)
from billing.invoicing.queries import LineStanding, over_paid_code
from billing.invoicing.statements import named
from billing.ledger.models import Account, AccountKind
from billing.ledger.operations import (
    AccountRequest,
    TransferRequest,
    lock_accounts,
    open_accounts,
    post,
)
from billing.month_locks import PARIS, hold_months
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.outbox import wake_relay_on_commit


class CreditReasonMissing(DomainError):
    """A credit note says why."""

    code = "BILLING_CREDIT_REASON_MISSING"


class NothingToCredit(DomainError):
    """No line was chosen, or nothing is left of what was."""

    code = "BILLING_NOTHING_TO_CREDIT"


class MoreThanBilled(DomainError):
    """More meals or more cents than what is left of a line."""

    code = "BILLING_MORE_THAN_BILLED"


class InvoiceAlreadyCancelled(DomainError):
    """Nothing is left of the invoice: it was credited whole."""

    code = "BILLING_INVOICE_ALREADY_CANCELLED"


class CreditOnPaymentUnderWay(DomainError):
    """A payment keeps what would be credited: it ends first."""

    code = "BILLING_CREDIT_ON_PAYMENT_UNDER_WAY"


@dataclasses.dataclass(frozen=True, slots=True)
class LineCredit:
    """What to credit of a line: a number of meals, at the price of the line, or a number of cents."""

    line: InvoiceLine
    meals: int = 0
    cents: int = 0
    days: tuple[datetime.date, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A line of a credit note to be."""

    line_id: int
    meals: int
    cents: int
    credited_before_cents: int
    days: tuple[datetime.date, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """A credit note to be: its total, and what of it was paid already."""

    public_id: uuid.UUID
    invoice: Invoice
    entries: tuple[Entry, ...]
    total_cents: int
    over_paid_cents: int


@transaction.atomic(durable=True)
def credit_invoice(
    *,
    invoice: Invoice,
    lines: Sequence[LineCredit],
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> CreditNote:
    """
    Credit lines of an issued invoice, each by meals or by cents, with a numbered document.

    :raises CreditReasonMissing: if no reason is said
    :raises NothingToCredit: if nothing is asked for
    :raises MoreThanBilled: if more is asked than what is left of a line
    :raises CreditOnPaymentUnderWay: if a payment keeps what would be credited
    """
    return credit_lines(invoice=invoice, lines=lines, reason=reason, actor=actor, at=at)


@transaction.atomic(durable=True)
def cancel_invoice(
    *, invoice: Invoice, reason: str, actor: Actor, at: datetime.datetime
) -> CreditNote:
    """
    Cancel an issued invoice: credit all that is left of it.

    :raises CreditReasonMissing: if no reason is said
    :raises InvoiceAlreadyCancelled: if nothing is left of it
    :raises CreditOnPaymentUnderWay: if a payment keeps what would be credited
    """
    said = _said(reason)
    accounts = _lock(invoice, at=at)
    entries = [
        Entry(standing.line.pk, standing.left_meals, standing.left_cents, standing.credited_cents)
        for standing in queries.standing_of_lines(invoice)
        if standing.left_cents
    ]
    if not entries:
        raise InvoiceAlreadyCancelled(invoice=invoice.number)
    return _issue(
        invoice,
        entries,
        kind=CreditNote.Kind.CANCELLATION,
        reason=said,
        accounts=accounts,
        actor=actor,
        at=at,
    )


def credit_lines(
    *,
    invoice: Invoice,
    lines: Sequence[LineCredit],
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> CreditNote:
    """`credit_invoice`, inside the caller's transaction."""
    said = _said(reason)
    if not lines or any(asked.meals < 0 or asked.cents < 0 for asked in lines):
        raise NothingToCredit
    if any(asked.meals and asked.cents for asked in lines):
        raise ValueError("a line is credited by meals or by cents")
    if len({asked.line.pk for asked in lines}) != len(lines):
        raise ValueError("a credit note has one entry per line")
    accounts = _lock(invoice, at=at)
    standings = {standing.line.pk: standing for standing in queries.standing_of_lines(invoice)}
    entries = [_entry(asked, standings) for asked in lines]
    return _issue(
        invoice,
        entries,
        kind=CreditNote.Kind.CORRECTION,
        reason=said,
        accounts=accounts,
        actor=actor,
        at=at,
    )


def _said(reason: str) -> str:
    if not reason.strip():
        raise CreditReasonMissing(field="reason")
    return reason.strip()


def _lock(invoice: Invoice, *, at: datetime.datetime) -> dict[int, Account]:
    """Keep the invoice from being paid, credited or billed again meanwhile."""
    hold_months(invoice.month, at=at)
    return lock_accounts(account_ids=[invoice.ledger_account_id, invoice.regie.revenue_account_id])


def _entry(asked: LineCredit, standings: Mapping[int, LineStanding]) -> Entry:
    """What is asked of a line, in cents; refused beyond what is left of it."""
    standing = standings.get(asked.line.pk)
    if standing is None:
        raise ValueError("a credit note credits lines of its own invoice")
    cents = standing.cents_of(asked.meals) if asked.meals else asked.cents
    if asked.meals > standing.left_meals or cents > standing.left_cents:
        raise MoreThanBilled(
            line=asked.line.label,
            left_meals=standing.left_meals,
            left_cents=standing.left_cents,
        )
    if cents == 0:
        raise NothingToCredit
    return Entry(asked.line.pk, asked.meals, cents, standing.credited_cents, asked.days)


def _issue(
    invoice: Invoice,
    entries: Sequence[Entry],
    *,
    kind: CreditNote.Kind,
    reason: str,
    accounts: Mapping[int, Account],
    actor: Actor,
    at: datetime.datetime,
) -> CreditNote:
    account = accounts[invoice.ledger_account_id]
    note = note_of(invoice, entries, account)
    if note.over_paid_cents and account.credits_pending:
        raise CreditOnPaymentUnderWay(
            invoice=invoice.number,
            held_cents=account.credits_pending,
            free_cents=max(note.total_cents - note.over_paid_cents, 0),
        )
    issue_notes([note], regie=invoice.regie, kind=kind, reason=reason, actor=actor, at=at)
    found = CreditNote.objects.get(public_id=note.public_id)
    record_audit(
        actor=actor,
        action="billing.credit_note.issued",
        subject_type="credit_note",
        subject_id=found.public_id,
        at=at,
        number=found.number,
        invoice=invoice.number,
        kind=str(kind),
        total_cents=found.total_cents,
        over_paid_cents=found.over_paid_cents,
    )
    return found


def note_of(invoice: Invoice, entries: Sequence[Entry], account: Account) -> Note:
    """The note, and what of it was paid already, by an account that is locked."""
    total = sum(entry.cents for entry in entries)
    free = account.debits_posted - account.credits_posted - account.credits_pending
    over_paid = max(total - max(free, 0), 0)
    return Note(new_public_id(), invoice, tuple(entries), total, over_paid)


def issue_notes(
    notes: Sequence[Note],
    *,
    regie: Regie,
    kind: CreditNote.Kind,
    reason: str,
    run: BillingRun | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """Post notes in the ledger, number them and write them. Inside the caller's transaction."""
    if notes:
        _post(notes, regie=regie, actor=actor, at=at)
        _write(notes, regie=regie, kind=kind, reason=reason, run=run, at=at)
        wake_relay_on_commit()


def _post(notes: Sequence[Note], *, regie: Regie, actor: Actor, at: datetime.datetime) -> None:
    """Take the notes off what is due, and keep what was paid already to be given back."""
    exceeding = [note for note in notes if note.over_paid_cents]
    opened = open_accounts(accounts=[_over_paid_request(note.invoice) for note in exceeding])
    kept = {note.public_id: account.pk for note, account in zip(exceeding, opened, strict=True)}
    transfers = []
    for note in notes:
        parts = (
            (
                "credit-note",
                note.invoice.ledger_account_id,
                note.total_cents - note.over_paid_cents,
            ),
            ("over-paid", kept.get(note.public_id), note.over_paid_cents),
        )
        transfers += [
            TransferRequest(
                reference=f"{code}:{note.public_id}",
                code=code,
                amount_cents=cents,
                debit_account_id=regie.revenue_account_id,
                credit_account_id=account_id,
            )
            for code, account_id, cents in parts
            if cents
        ]
    post(transfers=transfers, actor=actor, at=at)


def _write(
    notes: Sequence[Note],
    *,
    regie: Regie,
    kind: CreditNote.Kind,
    reason: str,
    run: BillingRun | None,
    at: datetime.datetime,
) -> None:
    """Number the notes and write them with their lines and events, in one statement."""
    year = at.astimezone(PARIS).year
    before = take_numbers(
        regie, fiscal_year=year, count=len(notes), series=InvoiceCounter.Series.CREDIT_NOTE
    )
    entries = [
        {
            "note": str(note.public_id),
            "line_id": entry.line_id,
            "quantity": entry.meals,
            "amount_cents": entry.cents,
            "credited_before_cents": entry.credited_before_cents,
            "days": [day.isoformat() for day in entry.days],
        }
        for note in notes
        for entry in note.entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            named("issue_credits"),
            [
                [note.public_id for note in notes],
                [f"AV-{year}-{before + rank:06d}" for rank in range(1, len(notes) + 1)],
                [note.invoice.pk for note in notes],
                [note.total_cents for note in notes],
                [note.over_paid_cents for note in notes],
                json.dumps(entries),
                regie.pk,
                kind.value,
                run.pk if run else None,
                reason,
                at.astimezone(PARIS).date(),
                at,
            ],
        )
        written, total, line_cents, lines, events = cursor.fetchone()
    if not (written == events == len(notes) and total == line_cents and lines == len(entries)):
        raise RuntimeError(f"{written} credit notes of {total} for {len(notes)} of {line_cents}")


def use_over_paid(
    *, invoices: Sequence[Invoice], reference: str, actor: Actor, at: datetime.datetime
) -> None:
    """
    Pay invoices that are owed again with what is still kept to be given back on them.

    For money that left an invoice: a payment that the bank takes back, a refund. Inside the caller's
    transaction, which has locked these accounts (`queries.over_paid_accounts`); `reference` names
    the movement.
    """
    kept_by_invoice = queries.over_paid_accounts(invoices)
    dues = queries.accounts_of(invoices)
    transfers = []
    for invoice in invoices:
        kept, due = kept_by_invoice.get(invoice.pk), dues[invoice.pk]
        if kept is None:
            continue
        cents = min(
            due.debits_posted - due.credits_posted - due.credits_pending,
            kept.credits_posted - kept.debits_posted - kept.debits_pending,
        )
        if cents > 0:
            transfers.append(
                TransferRequest(
                    reference=f"{reference}:{invoice.public_id}",
                    code="over-paid-used",
                    amount_cents=cents,
                    debit_account_id=kept.pk,
                    credit_account_id=due.pk,
                )
            )
    post(transfers=transfers, actor=actor, at=at)


def take_or_keep(
    *,
    invoice: Invoice,
    from_account_id: int,
    cents: int,
    code: str,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """
    Take money that comes back to an invoice: what it still asks for, and the rest to be given back.

    For a refund that failed after it was booked. Inside the caller's transaction.
    """
    accounts = lock_accounts(account_ids=[from_account_id, invoice.ledger_account_id])
    due = accounts[invoice.ledger_account_id]
    free = max(due.debits_posted - due.credits_posted - due.credits_pending, 0)
    kept_cents = cents - min(free, cents)
    parts = [(due.pk, cents - kept_cents, reference)]
    if kept_cents:
        kept = open_accounts(accounts=[_over_paid_request(invoice)])[0]
        parts.append((kept.pk, kept_cents, f"{reference}:over-paid"))
    post(
        transfers=[
            TransferRequest(
                reference=name,
                code=code,
                amount_cents=amount,
                debit_account_id=from_account_id,
                credit_account_id=account_id,
            )
            for account_id, amount, name in parts
            if amount
        ],
        actor=actor,
        at=at,
    )


def _over_paid_request(invoice: Invoice) -> AccountRequest:
    return AccountRequest(
        code=over_paid_code(invoice),
        kind=AccountKind.OVER_PAID,
        debits_must_not_exceed_credits=True,
    )
