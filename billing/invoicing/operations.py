"""The acts of a billing run: prepare, review, answer, issue.

Preparing again replaces the drafts of a run that is not issued. Reviewing again keeps the answers
already given to what is still odd. Nothing issued ever changes. Locks are taken in the order of
billing/README.md: the régie, then the run, then the drafts, then the counter.
"""

from __future__ import annotations

import dataclasses
import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from billing.invoicing.issuing import IssuedRun, issue_drafts, lock_drafts
from billing.invoicing.models import Anomaly, BillingRun, Regie
from billing.invoicing.reviewing import SEVERITIES, find_anomalies, keep_anomalies
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from billing.ledger.models import AccountKind
from billing.ledger.operations import open_account
from billing.tariffs.models import Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event, wake_relay_on_commit
from commons.periods import month_period

PARIS = ZoneInfo("Europe/Paris")


__all__ = (
    "SEVERITIES",
    "AnomaliesUnanswered",
    "AnswerMissing",
    "DueDateTooEarly",
    "IssuedRun",
    "MonthNotFirstDay",
    "MonthNotOver",
    "NothingToIssue",
    "RunAlreadyIssued",
    "RunNotReviewed",
    "answer_anomaly",
    "issue_run",
    "open_regie",
    "prepare_run",
    "review_run",
)


class MonthNotFirstDay(DomainError):
    """A month is named by its first day."""

    code = "BILLING_MONTH_NOT_FIRST_DAY"


class MonthNotOver(DomainError):
    """The month is not over: its meals may still change."""

    code = "BILLING_MONTH_NOT_OVER"


class RunAlreadyIssued(DomainError):
    """The month is issued: it is corrected by a credit note, not computed again."""

    code = "BILLING_RUN_ALREADY_ISSUED"


class RunNotReviewed(DomainError):
    """The run must be reviewed before it is issued."""

    code = "BILLING_RUN_NOT_REVIEWED"


class AnomaliesUnanswered(DomainError):
    """Blocking anomalies have no answer yet."""

    code = "BILLING_ANOMALIES_UNANSWERED"


class AnswerMissing(DomainError):
    """An answer says something."""

    code = "BILLING_ANSWER_MISSING"


class NothingToIssue(DomainError):
    """No draft comes to more than nothing."""

    code = "BILLING_NOTHING_TO_ISSUE"


class DueDateTooEarly(DomainError):
    """The due date comes before the day of issue."""

    code = "BILLING_DUE_DATE_TOO_EARLY"


@transaction.atomic(durable=True)
def open_regie(*, code: str, name: str, siret: str, actor: Actor, at: datetime.datetime) -> Regie:
    """Open a régie and its revenue account; the same code returns the first."""
    account = open_account(code=f"revenue:{code}", kind=AccountKind.REVENUE, name=name)
    regie, is_new = Regie.objects.get_or_create(
        code=code, defaults={"name": name, "siret": siret, "revenue_account": account}
    )
    if is_new:
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

    :raises MonthNotFirstDay: if `month` is not a first day
    :raises MonthNotOver: if the month has not begun
    :raises RunAlreadyIssued: if the month is issued
    """
    if month.day != 1:
        raise MonthNotFirstDay(month=month.isoformat())
    if month > at.astimezone(PARIS).date():
        raise MonthNotOver(month=month.isoformat())
    _lock_regie(regie.pk)
    run = (
        BillingRun.objects.filter(regie=regie, month=month)
        .exclude(state=BillingRun.State.CANCELLED)
        .first()
    )
    if run is None:
        run = BillingRun.objects.create(
            regie=regie, month=month, state=BillingRun.State.PREPARED, prepared_at=at
        )
    elif run.state == BillingRun.State.ISSUED:
        raise RunAlreadyIssued(month=month.isoformat())
    else:
        _delete_drafts(run)
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
        invoices, total_cents, lines, pupils, meals = cursor.fetchone()
        cursor.execute(NESTED_LOOPS)
    return {
        "invoices": int(invoices),
        "total_cents": int(total_cents),
        "lines": int(lines),
        "pupils": int(pupils),
        "meals": int(meals),
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
    *, anomaly: Anomaly, answer: str, actor: Actor, at: datetime.datetime
) -> Anomaly:
    """
    Say why an anomaly is right, or what was done about it.

    :raises AnswerMissing: if nothing is said
    :raises RunAlreadyIssued: if the run is issued
    """
    if not answer.strip():
        raise AnswerMissing(field="answer")
    run = _lock_run(anomaly.run_id)
    if run.state == BillingRun.State.ISSUED:
        raise RunAlreadyIssued(run=str(run.public_id))
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

    :raises RunAlreadyIssued: if it is done
    :raises RunNotReviewed: if it was not reviewed since it was prepared
    :raises AnomaliesUnanswered: if a blocking anomaly has no answer
    :raises DueDateTooEarly: if the due date is before today
    :raises NothingToIssue: if no draft comes to more than nothing
    """
    regie = _lock_regie(run.regie_id)
    run = _lock_run(run.pk)
    issued_on = at.astimezone(PARIS).date()
    _check_can_issue(run, due_on=due_on, issued_on=issued_on)
    drafts = lock_drafts(run)
    if not drafts:
        raise NothingToIssue(run=str(run.public_id))
    issued = issue_drafts(
        run, drafts, regie=regie, issued_on=issued_on, due_on=due_on, actor=actor, at=at
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
    return issued


def _check_can_issue(run: BillingRun, *, due_on: datetime.date, issued_on: datetime.date) -> None:
    if run.state == BillingRun.State.ISSUED:
        raise RunAlreadyIssued(run=str(run.public_id))
    if run.state != BillingRun.State.REVIEWED:
        raise RunNotReviewed(run=str(run.public_id))
    if due_on < issued_on:
        raise DueDateTooEarly(field="due_on", due_on=due_on.isoformat())
    unanswered = run.anomalies.filter(
        severity=Anomaly.Severity.BLOCKING, answered_at__isnull=True
    ).count()
    if unanswered:
        raise AnomaliesUnanswered(count=unanswered)
