"""What the console reads of billing: runs, their anomalies and effects, invoices. Amounts are cents.

Previews read what an operation will write. The preview of a preparation runs the operation's own
statement up to its first write, so that the two cannot drift apart.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum
from django.db.models.aggregates import Count
from django.utils.translation import gettext as _

from billing.invoicing.models import (
    Anomaly,
    BillingRun,
    CreditNote,
    DraftCreditNote,
    DraftInvoice,
    Invoice,
    InvoiceCounter,
    InvoiceLine,
    Regie,
)
from billing.invoicing.queries import runs
from billing.invoicing.reviewing import find_anomalies
from billing.invoicing.statements import named
from billing.tariffs.models import Service
from commons.periods import month_period
from console import anomaly_queries as anomalies
from console import sql
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Pupil

_FIRST_WRITE = "drafts AS ("
_ESTIMATE = """
SELECT count(DISTINCT guardian_id), coalesce(sum(amount_cents), 0)::bigint, count(*),
       count(DISTINCT pupil_id), (SELECT coalesce(sum(quantity), 0)::bigint FROM priced)
FROM lines JOIN labels ON labels.service = lines.service
"""
SHOWN_ANOMALIES = 30
SHOWN_INVOICES = 50
SHOWN_RUNS = 36


@dataclasses.dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in a list."""

    pk: int
    public_id: uuid.UUID
    number: str
    month: datetime.date
    payer_name: str
    due_on: datetime.date
    total_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class RunEstimate:
    """What preparing a month would compute."""

    invoices: int
    total_cents: int
    lines: int
    pupils: int
    meals: int


@dataclasses.dataclass(frozen=True, slots=True)
class IssueEstimate:
    """What issuing a run would do."""

    invoices: int
    total_cents: int
    zero_drafts: int
    unanswered: int
    first_number: str
    last_number: str
    credits: int
    credit_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class AnomalyGroup:
    """The anomalies of one kind in a run."""

    code: str
    title: str
    advice: str
    is_blocking: bool
    count: int
    unanswered: int


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A payer's bill against the month before."""

    guardian_id: int
    name: str
    before_cents: int
    now_cents: int

    @property
    def difference_cents(self) -> int:
        return self.now_cents - self.before_cents


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A step of a run, as the stepper draws it."""

    name: str
    is_done: bool
    is_here: bool


@dataclasses.dataclass(frozen=True, slots=True)
class RunPage:
    """Everything the page of a run shows."""

    run: BillingRun
    steps: tuple[Step, ...]
    groups: tuple[AnomalyGroup, ...]
    first_anomalies: tuple[anomalies.AnomalyRow, ...]
    changes: tuple[Change, ...]
    previous_total_cents: int | None
    draft_count: int
    draft_total_cents: int
    issued_count: int
    issued_total_cents: int
    credit_count: int
    credit_cents: int
    corrections: tuple[BillingRun, ...]

    @property
    def anomaly_count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def unanswered(self) -> int:
        return sum(group.unanswered for group in self.groups)

    @property
    def answered(self) -> int:
        return self.anomaly_count - self.unanswered

    @property
    def blocking_unanswered(self) -> int:
        return sum(group.unanswered for group in self.groups if group.is_blocking)

    @property
    def difference_cents(self) -> int | None:
        """The total against the month before, once both are known."""
        if self.previous_total_cents is None:
            return None
        return int(self.run.counts.get("total_cents", 0)) - self.previous_total_cents


@dataclasses.dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the list; `bar` is its total against the highest, in percent."""

    run: BillingRun
    invoices: int
    total_cents: int
    bar: int


def run_rows() -> tuple[RunRow, ...]:
    """The runs, latest month first, with what they come to."""
    listed = list(runs()[:SHOWN_RUNS])
    totals = [int(run.counts.get("total_cents", 0)) for run in listed]
    highest = max(totals, default=0) or 1
    return tuple(
        RunRow(
            run=run,
            invoices=int(run.counts.get("invoices", 0)),
            total_cents=total,
            bar=total * 100 // highest,
        )
        for run, total in zip(listed, totals, strict=True)
    )


def run_page(run: BillingRun) -> RunPage:
    """Read the page of a run: a fixed number of queries, however many families it has."""
    groups = tuple(
        AnomalyGroup(
            code=code,
            title=anomalies.title_of(code),
            advice=anomalies.advice_of(code),
            is_blocking=severity == Anomaly.Severity.BLOCKING,
            count=count,
            unanswered=unanswered,
        )
        for code, severity, count, unanswered in sql.rows("anomaly_groups", [run.pk])
    )
    first = Anomaly.objects.filter(run=run, answered_at__isnull=True).order_by(
        "severity", "code", "pk"
    )[:SHOWN_ANOMALIES]
    drafts = DraftInvoice.objects.filter(run=run).aggregate(
        count=Count("pk"), cents=Sum("total_cents", default=0)
    )
    issued = Invoice.objects.filter(run=run).aggregate(
        count=Count("pk"), cents=Sum("total_cents", default=0)
    )
    previous = None if run.corrects_id else _previous(run)
    is_issued = run.state == BillingRun.State.ISSUED
    given_back = _credits_of(run, CreditNote if is_issued else DraftCreditNote)
    blocking = sum(group.unanswered for group in groups if group.is_blocking)
    return RunPage(
        run=run,
        steps=_steps(run, blocking=blocking),
        groups=groups,
        first_anomalies=anomalies.described(first),
        changes=() if run.corrects_id else _biggest_changes(run),
        previous_total_cents=previous.counts.get("total_cents") if previous else None,
        draft_count=drafts["count"],
        draft_total_cents=drafts["cents"],
        issued_count=issued["count"],
        issued_total_cents=issued["cents"],
        credit_count=given_back["count"],
        credit_cents=given_back["cents"],
        corrections=tuple(runs().filter(corrects=run)),
    )


def _previous(run: BillingRun) -> BillingRun | None:
    """The run of the latest issued month before."""
    issued = runs().filter(state=BillingRun.State.ISSUED, corrects__isnull=True)
    return issued.filter(regie_id=run.regie_id, month__lt=run.month).first()


def _credits_of(run: BillingRun, model: type[CreditNote] | type[DraftCreditNote]) -> dict[str, int]:
    """How many credit notes a correction has, and what they come to."""
    return model.objects.filter(run=run).aggregate(
        count=Count("pk"), cents=Sum("total_cents", default=0)
    )


def _biggest_changes(run: BillingRun) -> tuple[Change, ...]:
    return tuple(
        Change(pk, f"{first_name} {last_name}", before, now)
        for pk, first_name, last_name, before, now in sql.rows("biggest_changes", [run.pk])
    )


def _steps(run: BillingRun, *, blocking: int) -> tuple[Step, ...]:
    state = run.state
    here = 1
    if state == BillingRun.State.REVIEWED:
        here = 2 if blocking else 3
    elif state == BillingRun.State.ISSUED:
        here = 4
    names = (_("Préparer"), _("Vérifier"), _("Répondre aux anomalies"), _("Émettre"))
    return tuple(
        Step(name=name, is_done=number < here, is_here=number == here and here < len(names))
        for number, name in enumerate(names)
    )


@cache
def _estimate_statement() -> str:
    text = named("prepare_run")
    reads, found, _writes = text.partition(_FIRST_WRITE)
    assert found, "prepare_run.sql no longer begins its writes with drafts"
    return reads.rstrip().rstrip(",") + _ESTIMATE


def prepare_estimate(month: datetime.date) -> RunEstimate:
    """What preparing a month would compute now; the drafts are not written."""
    period = month_period(month.year, month.month)
    services = [service.value for service in Service]
    labels = [str(service.label) for service in Service]
    with connection.cursor() as cursor:
        cursor.execute(_estimate_statement(), [0, period.start, period.end, services, labels])
        found = cursor.fetchone()
    return RunEstimate(*map(int, found))


def review_estimate(run: BillingRun) -> dict[str, int]:
    """How many anomalies of each kind a review would find now."""
    return dict(Counter(code for code, _subject, _id in find_anomalies(run)))


def issue_estimate(run: BillingRun, *, issued_on: datetime.date) -> IssueEstimate:
    """What issuing a run on a day would do."""
    drafts = DraftInvoice.objects.filter(run=run)
    due = drafts.filter(total_cents__gt=0).aggregate(
        count=Count("pk"), cents=Sum("total_cents", default=0)
    )
    counter = InvoiceCounter.objects.filter(
        regie_id=run.regie_id, series=InvoiceCounter.Series.INVOICE, fiscal_year=issued_on.year
    ).first()
    before = counter.latest_number if counter else 0
    given_back = _credits_of(run, DraftCreditNote)
    return IssueEstimate(
        invoices=due["count"],
        total_cents=due["cents"],
        zero_drafts=drafts.filter(total_cents=0).count(),
        unanswered=Anomaly.objects.filter(
            run=run, severity=Anomaly.Severity.BLOCKING, answered_at__isnull=True
        ).count(),
        first_number=f"{issued_on.year}-{before + 1:06d}",
        last_number=f"{issued_on.year}-{before + due['count']:06d}",
        credits=given_back["count"],
        credit_cents=given_back["cents"],
    )


def run_on(regie: Regie, month: datetime.date) -> BillingRun | None:
    """The run of a régie for a month, unless it was given up."""
    found = runs().filter(regie=regie, month=month, corrects__isnull=True)
    return found.exclude(state=BillingRun.State.CANCELLED).first()


def unanswered_of(run: BillingRun, code: str) -> tuple[Anomaly, ...]:
    """The anomalies of one kind that wait for an answer."""
    return tuple(
        Anomaly.objects.filter(run=run, code=code, answered_at__isnull=True)
        .select_related("run")
        .order_by("pk")
    )


def invoices_of_pupil(pupil: Pupil) -> tuple[InvoiceRow, ...]:
    """The invoices that bill a pupil, latest first."""
    billed = InvoiceLine.objects.filter(pupil=pupil).values("invoice")
    found = Invoice.objects.filter(pk__in=billed).select_related("payer").order_by("-month", "-pk")
    return tuple(_row(invoice) for invoice in found[:SHOWN_INVOICES])


def invoices_numbered(user: User, number: str) -> tuple[InvoiceRow, ...]:
    """The invoices that bear a number, for who reads money."""
    if not number or not user.can(Capability.READ_MONEY):
        return ()
    found = Invoice.objects.filter(number=number).select_related("payer").order_by("-month", "-pk")
    return tuple(_row(invoice) for invoice in found)


def _row(invoice: Invoice) -> InvoiceRow:
    return InvoiceRow(
        pk=invoice.pk,
        public_id=invoice.public_id,
        number=invoice.number,
        month=invoice.month,
        payer_name=invoice.payer_name,
        due_on=invoice.due_on,
        total_cents=invoice.total_cents,
    )
