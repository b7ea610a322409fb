"""Reads of billing. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet, Sum

from billing.canteen.models import Enrolment
from billing.invoicing.models import Anomaly, BillingRun, Invoice, InvoiceLine, Regie
from commons.periods import month_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing.ledger.models import Account
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class RunOverview:
    """A run as its page shows it."""

    run: BillingRun
    blocking_unanswered: int
    anomalies: tuple[Anomaly, ...]
    previous_total_cents: int | None
    issued_invoices: int
    issued_total_cents: int


def invoices_of(user: User) -> QuerySet[Invoice]:
    """The invoices a person pays, latest first."""
    return (
        Invoice.objects.filter(payer__user=user)
        .select_related("ledger_account", "payer", "regie")
        .order_by("-month", "-pk")
    )


def numbers_by_account(accounts: Sequence[Account]) -> dict[int, str]:
    """The number of the invoice that each account is of, by the account's primary key."""
    found = Invoice.objects.filter(ledger_account__in=accounts)
    return dict(found.values_list("ledger_account_id", "number"))


def due_cents(invoice: Invoice) -> int:
    """What is left to pay, by the ledger; `ledger_account` should be selected with the invoice."""
    account = invoice.ledger_account
    return account.debits_posted - account.credits_posted


def lines_of(invoice: Invoice) -> QuerySet[InvoiceLine]:
    """The lines of an invoice, child by child, in order of days."""
    return in_order(InvoiceLine.objects.filter(invoice=invoice))


def in_order(lines: QuerySet[InvoiceLine]) -> QuerySet[InvoiceLine]:
    """Lines child by child, in order of days, with what `has_example_price` reads."""
    return (
        lines.select_related("pupil", "price_decision__tariff_version")
        .defer(
            "price_decision__inputs",
            "price_decision__steps",
            "price_decision__tariff_version__definition",
            "price_decision__tariff_version__legal_basis",
            "price_decision__tariff_version__source_note",
        )
        .order_by("pupil__sort_key", "pupil_id", "days", "pk")
    )


def has_example_price(line: InvoiceLine) -> bool:
    """Whether the price of a line is one of an illustrative tariff."""
    decision = line.price_decision
    return decision is not None and decision.tariff_version.is_illustrative


def invoice_with_payer(invoice_id: int) -> Invoice | None:
    """An invoice by its number in the database, for messages."""
    return (
        Invoice.objects.filter(pk=invoice_id)
        .select_related("payer", "payer__user", "ledger_account", "regie")
        .first()
    )


def runs() -> QuerySet[BillingRun]:
    """The runs, latest month first."""
    return BillingRun.objects.select_related("regie").order_by("-month", "-pk")


def regies() -> QuerySet[Regie]:
    """The régies that bill the meals of the département: one at most."""
    return Regie.objects.filter(bills_meals=True).order_by("code")


def regie_named(code: str) -> Regie | None:
    """The régie of this code, if there is one."""
    return Regie.objects.filter(code=code).first()


# With as many enrolments a month takes a second or more.
LONG_WORK = 3_000


def regie_by_id(regie_id: int) -> Regie:
    """A régie by its number in the database, for the worker.

    :raises Regie.DoesNotExist: if there is none
    """
    return Regie.objects.get(pk=regie_id)


def run_by_id(run_id: int) -> BillingRun:
    """A run by its number in the database, for the worker.

    :raises BillingRun.DoesNotExist: if there is none
    """
    return BillingRun.objects.select_related("regie").get(pk=run_id)


def is_long_work() -> bool:
    """Whether a month of this département takes more than a moment: then a worker does it."""
    return Enrolment.objects.values("pk")[:LONG_WORK].count() >= LONG_WORK


def meals_regie() -> Regie | None:
    """The régie that bills the meals of the département, once it is open."""
    return regies().first()


def run_overview(run: BillingRun) -> RunOverview:
    """Everything the page of a run shows."""
    anomalies = tuple(run.anomalies.order_by("answered_at", "severity", "code", "pk"))
    previous = (
        BillingRun.objects.filter(
            regie_id=run.regie_id, month__lt=run.month, state=BillingRun.State.ISSUED
        )
        .order_by("-month")
        .first()
    )
    issued = run.invoices.aggregate(count=Count("pk"), cents=Sum("total_cents", default=0))
    return RunOverview(
        run=run,
        blocking_unanswered=sum(
            anomaly.severity == Anomaly.Severity.BLOCKING and anomaly.answered_at is None
            for anomaly in anomalies
        ),
        anomalies=anomalies,
        previous_total_cents=previous.counts.get("total_cents") if previous else None,
        issued_invoices=issued["count"],
        issued_total_cents=issued["cents"],
    )


def first_open_day() -> datetime.date | None:
    """The day after the latest issued month: everything before it is closed, for everybody."""
    latest = (
        BillingRun.objects.filter(state=BillingRun.State.ISSUED)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    return None if latest is None else month_period(latest.year, latest.month).end
