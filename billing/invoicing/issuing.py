"""Issuing the drafts of a run, inside the transaction of the act: numbers, ledger, invoices.

Drafts are locked, and counted as locked, before numbers are taken: two runs at once would otherwise
leave a hole. Locks are taken in the order of billing/README.md: the drafts, the ledger's accounts
(by its own building blocks), then the counter.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db import connection

from billing.invoicing.models import BillingRun, DraftInvoice, InvoiceCounter, Regie
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from billing.ledger.models import AccountKind
from billing.ledger.operations import AccountRequest, TransferRequest, open_accounts, post
from commons.actors import Actor
from commons.identifiers import new_public_id
from commons.progress import reached


@dataclasses.dataclass(frozen=True, slots=True)
class IssuedRun:
    """What was issued; of a correction, its credit notes too, and those left out."""

    invoices: int
    total_cents: int
    lines: int
    credits: int = 0
    credit_cents: int = 0
    left_out: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Named:
    """A draft about to become an invoice."""

    draft_id: int
    total_cents: int
    public_id: uuid.UUID

    @property
    def reference(self) -> str:
        """What names the invoice in the ledger: its account's code and its transfer's reference."""
        return f"invoice:{self.public_id}"


def lock_drafts(run: BillingRun) -> list[tuple[int, int]]:
    """Lock the drafts that will be numbered, in the order of their numbers (payers' names).

    Returns their ids and totals.
    """
    return list(
        DraftInvoice.objects.select_for_update(of=("self",), no_key=True)
        .filter(run=run, total_cents__gt=0)
        .order_by("payer__sort_key", "pk")
        .values_list("pk", "total_cents")
    )


def issue_drafts(
    run: BillingRun,
    drafts: list[tuple[int, int]],
    *,
    regie: Regie,
    issued_on: datetime.date,
    due_on: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> IssuedRun:
    """Open the accounts, post what is owed, take the numbers, write the invoices."""
    if not drafts:
        return IssuedRun(invoices=0, total_cents=0, lines=0)
    listed = [_Named(draft_id, total, new_public_id()) for draft_id, total in drafts]
    reached("ledger", 2, of=3)
    account_ids = _post_all(listed, regie=regie, actor=actor, at=at)
    before = take_numbers(regie, fiscal_year=issued_on.year, count=len(listed))
    reached("invoices", 3, of=3)
    numbers = [f"{issued_on.year}-{before + rank:06d}" for rank in range(1, len(listed) + 1)]
    with connection.cursor() as cursor:
        cursor.execute(NO_NESTED_LOOPS)
        cursor.execute(
            named("issue_run"),
            [
                [invoice.draft_id for invoice in listed],
                numbers,
                [invoice.public_id for invoice in listed],
                account_ids,
                regie.pk,
                run.pk,
                run.month,
                issued_on,
                due_on,
                at,
            ],
        )
        invoices, total_cents, lines, events = cursor.fetchone()
        cursor.execute(NESTED_LOOPS)
    if not invoices == events == len(listed):
        raise RuntimeError(f"run {run.pk}: {invoices} invoices for {len(listed)} drafts")
    return IssuedRun(invoices=int(invoices), total_cents=int(total_cents), lines=int(lines))


def _post_all(
    listed: list[_Named], *, regie: Regie, actor: Actor, at: datetime.datetime
) -> list[int]:
    """One account per invoice, and one transfer to the régie's revenue; returns the accounts."""
    accounts = open_accounts(
        accounts=[
            AccountRequest(
                code=invoice.reference,
                kind=AccountKind.INVOICE,
                credits_must_not_exceed_debits=True,
            )
            for invoice in listed
        ]
    )
    post(
        transfers=[
            TransferRequest(
                reference=invoice.reference,
                code="invoice",
                amount_cents=invoice.total_cents,
                debit_account_id=account.pk,
                credit_account_id=regie.revenue_account_id,
            )
            for invoice, account in zip(listed, accounts, strict=True)
        ],
        actor=actor,
        at=at,
    )
    return [account.pk for account in accounts]


def take_numbers(
    regie: Regie, *, fiscal_year: int, count: int, series: str = InvoiceCounter.Series.INVOICE
) -> int:
    """Take `count` numbers; returns the one before the first. The counter is locked last."""
    InvoiceCounter.objects.bulk_create(
        [InvoiceCounter(regie=regie, series=series, fiscal_year=fiscal_year)], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE invoicing_invoicecounter SET latest_number = latest_number + %s
               WHERE regie_id = %s AND series = %s AND fiscal_year = %s
               RETURNING latest_number - %s""",
            [count, regie.pk, series, fiscal_year, count],
        )
        (before,) = cursor.fetchone()
    return int(before)
