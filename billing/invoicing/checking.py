"""What must hold before a run is issued: one list, for the act that issues and for its preview.

The act asks after it took the month for itself (`billing.month_locks`): what is then true stays true
until its invoices are committed. The dearest question comes last.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from billing.invoicing import queries
from billing.invoicing.models import Anomaly, BillingRun, DraftCreditNote, DraftInvoice
from billing.invoicing.statements import NESTED_LOOPS, NO_NESTED_LOOPS, named
from commons.errors import DomainError
from commons.periods import month_period


class MonthNotOver(DomainError):
    """The month is not over: its meals may still change."""

    code = "BILLING_MONTH_NOT_OVER"


class RunAlreadyIssued(DomainError):
    """The month is issued: it is corrected by a credit note, not computed again."""

    code = "BILLING_RUN_ALREADY_ISSUED"


class RunNotReviewed(DomainError):
    """The run must be reviewed before it is issued."""

    code = "BILLING_RUN_NOT_REVIEWED"


class RunOutOfDate(DomainError):
    """Meals, prices or payers of the month changed since the run was prepared."""

    code = "BILLING_RUN_OUT_OF_DATE"


class EarlierMonthNotIssued(DomainError):
    """An earlier month has meals that no invoice bills yet."""

    code = "BILLING_EARLIER_MONTH_NOT_ISSUED"


class AnomaliesUnanswered(DomainError):
    """Blocking anomalies have no answer yet."""

    code = "BILLING_ANOMALIES_UNANSWERED"


class NothingToIssue(DomainError):
    """Nobody has a meal in the month."""

    code = "BILLING_NOTHING_TO_ISSUE"


class DueDateTooEarly(DomainError):
    """The due date comes before the day of issue."""

    code = "BILLING_DUE_DATE_TOO_EARLY"


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """What a month says now against its run."""

    lines: int
    meals: int
    unpriced_meals: int

    def is_none(self, run: BillingRun) -> bool:
        """Whether the run says the same."""
        return self.lines == 0 and (self.meals, self.unpriced_meals) == (
            run.counts.get("meals", 0),
            run.counts.get("unpriced_meals", 0),
        )


def why_not_issue(
    run: BillingRun, *, due_on: datetime.date, issued_on: datetime.date
) -> Iterator[DomainError]:
    """The refusals to issue a run on a day, the first ones first."""
    if run.state == BillingRun.State.ISSUED:
        yield RunAlreadyIssued(run=str(run.public_id))
        return
    if run.state != BillingRun.State.REVIEWED:
        yield RunNotReviewed(run=str(run.public_id))
        return
    end = month_period(run.month.year, run.month.month).end
    is_correction = run.corrects_id is not None
    if end is None or issued_on < end:
        yield MonthNotOver(month=run.month.isoformat())
    if due_on < issued_on:
        yield DueDateTooEarly(field="due_on", due_on=due_on.isoformat())
    unanswered = run.anomalies.filter(
        severity=Anomaly.Severity.BLOCKING, answered_at__isnull=True
    ).count()
    if unanswered:
        yield AnomaliesUnanswered(count=unanswered)
    earlier = None if is_correction else _earlier_meal(run)
    if earlier is not None:
        yield EarlierMonthNotIssued(month=earlier.replace(day=1).isoformat())
    if not difference(run).is_none(run):
        yield RunOutOfDate(run=str(run.public_id))
    elif _is_empty(run):
        yield NothingToIssue(run=str(run.public_id))


def _is_empty(run: BillingRun) -> bool:
    """No meal at all. A month of meals at no price is issued: it closes, with no invoice.

    A correction is empty when it has nothing to correct.
    """
    if run.corrects_id is not None:
        drafts = DraftInvoice.objects.filter(run=run), DraftCreditNote.objects.filter(run=run)
        return not any(found.exists() for found in drafts)
    meals = run.counts.get("meals", 0) + run.counts.get("unpriced_meals", 0)
    return not meals and not DraftInvoice.objects.filter(run=run).exists()


def _earlier_meal(run: BillingRun) -> datetime.date | None:
    """The first day with a meal before the month of a run that no issued month covers."""
    first_day = queries.first_open_day() or datetime.date.min
    row = _one_row("earliest_meal", [first_day, run.month])
    return row[0] if row else None


def difference(run: BillingRun) -> Difference:
    """Compare the drafts of a run with the meals, prices and shares of its month now."""
    period = month_period(run.month.year, run.month.month)
    if run.corrects_id is None:
        row = _one_row("run_differences", [run.pk, period.start, period.end])
    else:
        keys = [run.pk, run.corrects_id]
        row = _one_row("correction_differences", [*keys, period.start, period.end])
    return Difference(*map(int, row))


def _one_row(name: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(NO_NESTED_LOOPS)
        cursor.execute(named(name), parameters)
        row = cursor.fetchone()
        cursor.execute(NESTED_LOOPS)
    return row or ()
