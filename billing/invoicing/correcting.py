"""The corrective run (régularisation) of an issued month. Called through `operations`.

It bears the month and the régie of the run it corrects, and is made as often as facts come late. What
each payer should have been billed, with today's meals, prices and shares, is compared with what was
issued, pupil by pupil: what is missing becomes a complementary invoice, what is too much a credit
note. What an agent credited by hand stands; what a cancelled invoice billed is billed again if the
facts still say so, and an anomaly asks about it. The month stays closed as it was.

A credit note that a payment under way stops is left out: the next correction finds it again.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from django.db import connection, transaction

from billing.invoicing.crediting import Entry, Note, issue_notes, note_of
from billing.invoicing.issuing import IssuedRun
from billing.invoicing.models import (
    BillingRun,
    CreditNote,
    DraftCreditNote,
    DraftCreditNoteLine,
    DraftInvoice,
    DraftLine,
    Regie,
)
from billing.invoicing.queries import credited_lines
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from billing.ledger.models import Account
from billing.ledger.operations import lock_accounts
from billing.tariffs.models import Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.periods import month_period

COUNTS = (
    "invoices",
    "total_cents",
    "lines",
    "pupils",
    "meals",
    "unpriced_meals",
    "credits",
    "credit_cents",
    "credit_lines",
)


class RunNotIssued(DomainError):
    """A month is corrected once it is issued; before, it is prepared again."""

    code = "BILLING_RUN_NOT_ISSUED"


class CorrectionReasonMissing(DomainError):
    """A correction says why: families read it on their credit notes."""

    code = "BILLING_CORRECTION_REASON_MISSING"


@transaction.atomic(durable=True)
def prepare_correction(
    *, run: BillingRun, reason: str, actor: Actor, at: datetime.datetime
) -> BillingRun:
    """
    Compute what corrects an issued month; again, if a correction of it waits to be issued.

    `run` is the month's first run, or one that corrects it.

    :raises CorrectionReasonMissing: if no reason is said
    :raises RunNotIssued: if the month is not issued
    """
    if not reason.strip():
        raise CorrectionReasonMissing(field="reason")
    Regie.objects.select_for_update(of=("self",), no_key=True).get(pk=run.regie_id)
    first = (
        BillingRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("regie")
        .get(pk=run.corrects_id or run.pk)
    )
    if first.state != BillingRun.State.ISSUED:
        raise RunNotIssued(month=first.month.isoformat())
    correction = _open_correction(first, reason=reason.strip(), at=at)
    correction.counts = _compute(correction)
    correction.save(update_fields=["counts", "state", "reason", "prepared_at", "reviewed_at"])
    record_audit(
        actor=actor,
        action="billing.correction.prepared",
        subject_type="billing_run",
        subject_id=correction.public_id,
        at=at,
        **correction.counts,
    )
    record_event(
        "billing.run.prepared",
        aggregate=f"billing_run:{correction.pk}",
        occurred_at=at,
        run_id=correction.pk,
    )
    return correction


def _open_correction(first: BillingRun, *, reason: str, at: datetime.datetime) -> BillingRun:
    """The correction that waits to be issued, without its drafts; a new one if none does."""
    waiting = (BillingRun.State.PREPARED, BillingRun.State.REVIEWED)
    correction = first.corrections.filter(state__in=waiting).select_related("regie").first()
    if correction is None:
        return BillingRun.objects.create(
            regie=first.regie,
            month=first.month,
            corrects=first,
            state=BillingRun.State.PREPARED,
            reason=reason,
            prepared_at=at,
        )
    _delete_drafts(correction)
    correction.state, correction.reason = BillingRun.State.PREPARED, reason
    correction.prepared_at, correction.reviewed_at = at, None
    return correction


def _delete_drafts(correction: BillingRun) -> None:
    DraftLine.objects.filter(draft_invoice__run=correction).delete()
    DraftInvoice.objects.filter(run=correction).delete()
    DraftCreditNoteLine.objects.filter(draft__run=correction).delete()
    DraftCreditNote.objects.filter(run=correction).delete()


def _compute(correction: BillingRun) -> dict[str, int]:
    """Run the one statement; returns its counts."""
    period = month_period(correction.month.year, correction.month.month)
    services = [service.value for service in Service]
    labels = [str(service.label) for service in Service]
    with connection.cursor() as cursor:
        cursor.execute(NO_NESTED_LOOPS)
        cursor.execute(
            named("prepare_correction"),
            [correction.pk, correction.corrects_id, period.start, period.end, services, labels],
        )
        counts = dict(zip(COUNTS, map(int, cursor.fetchone()), strict=True))
        cursor.execute(NESTED_LOOPS)
    return counts


def lock_credited_accounts(run: BillingRun, regie: Regie) -> dict[int, Account]:
    """Lock what the credit notes of a correction will move, before any number is taken."""
    invoices = DraftCreditNote.objects.filter(run=run).values_list(
        "invoice__ledger_account_id", flat=True
    )
    return lock_accounts(account_ids=[regie.revenue_account_id, *invoices])


def issue_draft_credits(
    run: BillingRun,
    issued: IssuedRun,
    *,
    regie: Regie,
    accounts: Mapping[int, Account],
    actor: Actor,
    at: datetime.datetime,
) -> IssuedRun:
    """
    Issue the credit notes of a correction, but those that a payment under way stops.

    Inside the transaction of the issue. Answers what is issued, with them.
    """
    drafts = list(
        DraftCreditNote.objects.filter(run=run)
        .select_related("invoice")
        .order_by("invoice__payer__sort_key", "invoice_id")
    )
    entries = _entries_of(run)
    notes: list[Note] = []
    for draft in drafts:
        account = accounts[draft.invoice.ledger_account_id]
        note = note_of(draft.invoice, entries[draft.pk], account)
        if not (note.over_paid_cents and account.credits_pending):
            notes.append(note)
    issue_notes(
        notes,
        regie=regie,
        kind=CreditNote.Kind.ADJUSTMENT,
        reason=run.reason,
        run=run,
        actor=actor,
        at=at,
    )
    return dataclasses.replace(
        issued,
        credits=len(notes),
        credit_cents=sum(note.total_cents for note in notes),
        left_out=len(drafts) - len(notes),
    )


def _entries_of(run: BillingRun) -> dict[int, list[Entry]]:
    """What each draft credits, line by line, after what was credited before."""
    lines = list(
        DraftCreditNoteLine.objects.filter(draft__run=run)
        .select_related("draft__invoice")
        .order_by("draft", "invoice_line")
    )
    before = credited_lines([line.draft.invoice for line in lines])
    entries: dict[int, list[Entry]] = {}
    for line in lines:
        credited_cents, _meals = before.get(line.invoice_line_id, (0, 0))
        entries.setdefault(line.draft_id, []).append(
            Entry(
                line.invoice_line_id,
                line.quantity,
                line.amount_cents,
                credited_cents,
                tuple(line.days),
            )
        )
    return entries
