"""The acts of a billing run: prepare, review, answer, issue.

Preparing again replaces the drafts of a run that is not issued. Reviewing again keeps the answers
already given to what is still odd. Issuing closes the month for everybody: it waits for the month to
be over, for the months before it, and for drafts that say what the month says. Nothing issued ever
changes. Locks are taken in the order of billing/README.md: the régie, the run, the month, the
drafts, the ledger's accounts, the counter.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from django.db import connection, transaction

from billing.invoicing import meters, queries
from billing.invoicing.checking import (
    AnomaliesUnanswered,
    DueDateTooEarly,
    EarlierMonthNotIssued,
    MonthNotOver,
    NothingToIssue,
    RunAlreadyIssued,
    RunNotReviewed,
    RunOutOfDate,
    why_not_issue,
)
from billing.invoicing.correcting import (
    CorrectionReasonMissing,
    RunNotIssued,
    issue_draft_credits,
    lock_credited_accounts,
    prepare_correction,
)
from billing.invoicing.crediting import (
    CreditOnPaymentUnderWay,
    CreditReasonMissing,
    InvoiceAlreadyCancelled,
    LineCredit,
    MoreThanBilled,
    NothingToCredit,
    cancel_invoice,
    credit_invoice,
    take_or_keep,
    use_over_paid,
)
from billing.invoicing.disputing import (
    DisputeAlreadyAnswered,
    DisputeAlreadyOpen,
    DisputeAnswerMissing,
    DisputedDayNotBilled,
    DisputeTextMissing,
    DisputeTextTooLong,
    LineCreditedWhole,
    accept_dispute,
    dispute_line,
    refuse_dispute,
)
from billing.invoicing.issuing import IssuedRun, issue_drafts, lock_drafts
from billing.invoicing.models import Anomaly, BillingRun, Regie
from billing.invoicing.reviewing import SEVERITIES, find_anomalies, keep_anomalies
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from billing.ledger.models import AccountKind
from billing.ledger.operations import open_account
from billing.month_locks import PARIS, take_month
from billing.tariffs.models import Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event, wake_relay_on_commit
from commons.periods import month_period
from commons.progress import reached

__all__ = (
    "SEVERITIES",
    "AnomaliesUnanswered",
    "AnomalyChanged",
    "AnswerMissing",
    "CorrectionReasonMissing",
    "CreditOnPaymentUnderWay",
    "CreditReasonMissing",
    "DisputeAlreadyAnswered",
    "DisputeAlreadyOpen",
    "DisputeAnswerMissing",
    "DisputeTextMissing",
    "DisputeTextTooLong",
    "DisputedDayNotBilled",
    "DueDateTooEarly",
    "EarlierMonthNotIssued",
    "InvoiceAlreadyCancelled",
    "IssuedRun",
    "LineCredit",
    "LineCreditedWhole",
    "MealsBilledElsewhere",
    "MonthNotFirstDay",
    "MonthNotOver",
    "MoreThanBilled",
    "NothingToCredit",
    "NothingToIssue",
    "RegieBillsNoMeals",
    "RunAlreadyIssued",
    "RunNotIssued",
    "RunNotReviewed",
    "RunOutOfDate",
    "accept_dispute",
    "answer_anomaly",
    "cancel_invoice",
    "credit_invoice",
    "dispute_line",
    "issue_run",
    "open_regie",
    "prepare_correction",
    "prepare_run",
    "refuse_dispute",
    "review_run",
    "take_or_keep",
    "use_over_paid",
    "why_not_issue",
)


class MonthNotFirstDay(DomainError):
    """A month is named by its first day."""

    code = "BILLING_MONTH_NOT_FIRST_DAY"


class MealsBilledElsewhere(DomainError):
    """Another régie of the département already bills the meals."""

    code = "BILLING_MEALS_BILLED_ELSEWHERE"


class RegieBillsNoMeals(DomainError):
    """This régie collects something else: it has no month of meals to bill."""

    code = "BILLING_REGIE_BILLS_NO_MEALS"


class AnswerMissing(DomainError):
    """An answer says something."""

    code = "BILLING_ANSWER_MISSING"


class AnomalyChanged(DomainError):
    """What is odd is no longer what was shown: another figure, or nothing any more."""

    code = "BILLING_ANOMALY_CHANGED"


@transaction.atomic(durable=True)
def open_regie(
    *,
    code: str,
    name: str,
    siret: str,
    bills_meals: bool = True,
    actor: Actor,
    at: datetime.datetime,
) -> Regie:
    """
    Open a régie and its revenue account; the same code returns the first.

    :raises MealsBilledElsewhere: if it is to bill the meals and another régie does
    """
    known = Regie.objects.filter(code=code).first()
    if known is not None:
        return known
    billing = queries.meals_regie() if bills_meals else None
    if billing is not None:
        raise MealsBilledElsewhere(regie=billing.name)
    regie = Regie.objects.create(
        code=code,
        name=name,
        siret=siret,
        bills_meals=bills_meals,
        revenue_account=open_account(code=f"revenue:{code}", kind=AccountKind.REVENUE, name=name),
    )
    record_audit(
        actor=actor,
        action="billing.regie.opened",
        subject_type="regie",
        subject_id=regie.public_id,
        at=at,
    )
    return regie


def _lock_regie(regie_id: int) -> Regie:
    return Regie.objects.select_for_update(of=("self",), no_key=True).get(pk=regie_id)


def _lock_run(run_id: int) -> BillingRun:
    return BillingRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)


@transaction.atomic(durable=True)
def prepare_run(
    *, regie: Regie, month: datetime.date, actor: Actor, at: datetime.datetime
) -> BillingRun:
    """
    Compute the drafts of a month; again, if it was prepared and not issued.

    A month can be prepared from its first day on, to see what it will be; only a month that is over
    is issued.

    :raises MonthNotFirstDay: if `month` is not a first day
    :raises MonthNotOver: if the month has not begun
    :raises RegieBillsNoMeals: if this régie does not bill the meals of the département
    :raises RunAlreadyIssued: if the month is issued, or a later one is, which closed it
    """
    if month.day != 1:
        raise MonthNotFirstDay(month=month.isoformat())
    reached("former", 1, of=2)
    if month > at.astimezone(PARIS).date():
        raise MonthNotOver(month=month.isoformat())
    if not _lock_regie(regie.pk).bills_meals:
        raise RegieBillsNoMeals(regie=regie.name)
    first_open = queries.first_open_day()
    if first_open is not None and month < first_open:
        raise RunAlreadyIssued(month=month.isoformat())
    run = (
        BillingRun.objects.filter(month=month, corrects__isnull=True)
        .exclude(state=BillingRun.State.CANCELLED)
        .first()
    )
    if run is None:
        run = BillingRun.objects.create(
            regie=regie, month=month, state=BillingRun.State.PREPARED, prepared_at=at
        )
    else:
        _delete_drafts(run)
    reached("drafts", 2, of=2)
    run.counts = _compute_drafts(run)
    run.state = BillingRun.State.PREPARED
    run.prepared_at = at
    run.reviewed_at = None
    run.save(update_fields=["counts", "state", "prepared_at", "reviewed_at"])
    record_audit(
        actor=actor,
        action="billing.run.prepared",
        subject_type="billing_run",
        subject_id=run.public_id,
        at=at,
        **run.counts,
    )
    record_event(
        "billing.run.prepared", aggregate=f"billing_run:{run.pk}", occurred_at=at, run_id=run.pk
    )
    return run


def _delete_drafts(run: BillingRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM invoicing_draftline AS line USING invoicing_draftinvoice AS draft
               WHERE draft.id = line.draft_invoice_id AND draft.run_id = %s""",
            [run.pk],
        )
        cursor.execute("DELETE FROM invoicing_draftinvoice WHERE run_id = %s", [run.pk])


def _compute_drafts(run: BillingRun) -> dict[str, int]:
    """Run the one statement; returns its counts."""
    period = month_period(run.month.year, run.month.month)
    services = [service.value for service in Service]
    labels = [str(service.label) for service in Service]
    with connection.cursor() as cursor:
        cursor.execute(NO_NESTED_LOOPS)
        cursor.execute(named("prepare_run"), [run.pk, period.start, period.end, services, labels])
        invoices, total_cents, lines, pupils, meals, unpriced_meals = cursor.fetchone()
        cursor.execute(NESTED_LOOPS)
    return {
        "invoices": int(invoices),
        "total_cents": int(total_cents),
        "lines": int(lines),
        "pupils": int(pupils),
        "meals": int(meals),
        "unpriced_meals": int(unpriced_meals),
    }


@transaction.atomic(durable=True)
def review_run(*, run: BillingRun, actor: Actor, at: datetime.datetime) -> BillingRun:
    """
    Look for anomalies. Answers to what is still odd are kept; what is no longer odd goes.

    :raises RunAlreadyIssued: if the run is issued
    """
    run = _lock_run(run.pk)
    if run.state == BillingRun.State.ISSUED:
        raise RunAlreadyIssued(run=str(run.public_id))
    found = find_anomalies(run)
    keep_anomalies(run, found)
    run.state = BillingRun.State.REVIEWED
    run.reviewed_at = at
    run.save(update_fields=["state", "reviewed_at"])
    record_audit(
        actor=actor,
        action="billing.run.reviewed",
        subject_type="billing_run",
        subject_id=run.public_id,
        at=at,
        anomalies=len(found),
    )
    return run


@transaction.atomic(durable=True)
def answer_anomaly(
    *,
    anomaly: Anomaly,
    answer: str,
    shown: Mapping[str, object] | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> Anomaly:
    """
    Say why an anomaly is right, or what was done about it.

    `shown` is what was odd when the answer was given; without it, what `anomaly` says.

    :raises AnswerMissing: if nothing is said
    :raises RunAlreadyIssued: if the run is issued
    :raises AnomalyChanged: if something else is odd now, or nothing any more
    """
    if not answer.strip():
        raise AnswerMissing(field="answer")
    known = anomaly.details if shown is None else shown
    run = _lock_run(anomaly.run_id)  # a review, which rewrites anomalies, locks it too
    if run.state == BillingRun.State.ISSUED:
        raise RunAlreadyIssued(run=str(run.public_id))
    standing = run.anomalies.filter(pk=anomaly.pk).first()
    if standing is None or standing.details != known:
        raise AnomalyChanged(anomaly=str(anomaly.public_id))
    anomaly = standing
    anomaly.answer = answer.strip()
    anomaly.answered_at = at
    anomaly.answered_by = actor.id
    anomaly.save(update_fields=["answer", "answered_at", "answered_by"])
    record_audit(
        actor=actor,
        action="billing.anomaly.answered",
        subject_type="anomaly",
        subject_id=anomaly.public_id,
        at=at,
        code=anomaly.code,
    )
    return anomaly


@transaction.atomic(durable=True)
def issue_run(
    *, run: BillingRun, due_on: datetime.date, actor: Actor, at: datetime.datetime
) -> IssuedRun:
    """
    Number and issue the invoices of a reviewed run, post them in the ledger, and tell the families.

    The month, and every day before it, is then closed for everybody. A correction also issues its
    credit notes, but those that a payment under way stops: the next one finds them again.

    :raises RunAlreadyIssued: if it is done
    :raises RunNotReviewed: if it was not reviewed since it was prepared
    :raises MonthNotOver: if the month is not over
    :raises EarlierMonthNotIssued: if an earlier month has meals and is not issued
    :raises RunOutOfDate: if a meal, a price or a payer changed since it was prepared
    :raises AnomaliesUnanswered: if a blocking anomaly has no answer
    :raises DueDateTooEarly: if the due date is before today
    :raises NothingToIssue: if nobody has a meal in the month
    """
    regie = _lock_regie(run.regie_id)
    run = _lock_run(run.pk)
    take_month(run.month, at=at)
    issued_on = at.astimezone(PARIS).date()
    reached("checks", 1, of=3)
    refusal = next(why_not_issue(run, due_on=due_on, issued_on=issued_on), None)
    if refusal is not None:
        raise refusal
    drafts = lock_drafts(run)
    accounts = lock_credited_accounts(run, regie) if run.corrects_id else {}
    issued = issue_drafts(
        run, drafts, regie=regie, issued_on=issued_on, due_on=due_on, actor=actor, at=at
    )
    if run.corrects_id:
        issued = issue_draft_credits(
            run, issued, regie=regie, accounts=accounts, actor=actor, at=at
        )
    run.state = BillingRun.State.ISSUED
    run.issued_at = at
    run.save(update_fields=["state", "issued_at"])
    record_audit(
        actor=actor,
        action="billing.run.issued",
        subject_type="billing_run",
        subject_id=run.public_id,
        at=at,
        **dataclasses.asdict(issued),
    )
    wake_relay_on_commit()
    meters.ISSUED.add(issued.invoices)
    meters.ISSUED_CENTS.add(issued.total_cents)
    return issued
