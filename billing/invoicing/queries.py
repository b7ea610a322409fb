"""Reads of billing. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.canteen.models import Enrolment
from billing.invoicing.models import (
    Anomaly,
    BillingRun,
    CreditNote,
    CreditNoteLine,
    Dispute,
    Invoice,
    InvoiceLine,
    Regie,
)
from billing.ledger.models import Account
from commons.money import share_cents
from commons.periods import month_period

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclasses.dataclass(frozen=True, slots=True)
class LineStanding:
    """What is left of an issued line after its credits."""

    line: InvoiceLine
    credited_cents: int
    credited_meals: int

    @property
    def left_cents(self) -> int:
        return self.line.amount_cents - self.credited_cents

    @property
    def left_meals(self) -> int:
        return self.line.quantity - self.credited_meals

    def cents_of(self, meals: int) -> int:
        """What crediting some of the meals left comes to, without what was credited in money.

        The shares of several payers, credited by the same meals, add up to the price of these meals.
        """
        before = self._billed_for(self.left_meals)
        return min(before - self._billed_for(self.left_meals - meals), self.left_cents)

    def _billed_for(self, meals: int) -> int:
        line = self.line
        if meals >= line.quantity:
            return line.amount_cents
        return share_cents(
            max(meals, 0) * line.unit_price_cents,
            share_bp=line.share_bp,
            before_bp=line.share_before_bp,
        )


def invoices_of(user: User) -> QuerySet[Invoice]:
    """The invoices a person pays, latest first."""
    return (
        with_credits(Invoice.objects.filter(payer__user=user))
        .select_related("ledger_account", "payer", "regie", "run")
        .order_by("-month", "-pk")
    )


def issued_invoices() -> QuerySet[Invoice]:
    """Every invoice, with what tells how much of it is due; for who may read them all."""
    return Invoice.objects.select_related("ledger_account", "payer")


def with_credits(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The same invoices, with what was credited of each (`credited_cents`)."""
    credited = (
        CreditNote.objects.filter(invoice=OuterRef("pk"))
        .order_by()
        .values("invoice")
        .annotate(cents=Sum("total_cents"))
        .values("cents")
    )
    named = {"credited_cents": Coalesce(Subquery(credited), 0)}  # the model declares it
    return invoices.annotate(**named)


def numbers_by_account(accounts: Sequence[Account]) -> dict[int, str]:
    """The number of the invoice that each account is of, by the account's primary key."""
    found = Invoice.objects.filter(ledger_account__in=accounts)
    return dict(found.values_list("ledger_account_id", "number"))


def due_cents(invoice: Invoice) -> int:
    """What is left to pay, by the ledger; `ledger_account` should be selected with the invoice."""
    account = invoice.ledger_account
    return account.debits_posted - account.credits_posted


def credit_notes_of(invoice: Invoice) -> QuerySet[CreditNote]:
    """The credit notes of an invoice, oldest first."""
    return CreditNote.objects.filter(invoice=invoice).order_by("pk")


def lines_of_credit_note(note: CreditNote) -> QuerySet[CreditNoteLine]:
    """What a credit note credits, in the order of the invoice's lines."""
    return (
        CreditNoteLine.objects.filter(credit_note=note)
        .select_related("invoice_line__pupil", "invoice_line__invoice")
        .order_by("invoice_line__pupil__sort_key", "invoice_line")
    )


def credited_lines(invoices: Sequence[Invoice]) -> dict[int, tuple[int, int]]:
    """The cents and the meals credited of each line of these invoices that has a credit."""
    rows = (
        CreditNoteLine.objects.filter(invoice_line__invoice__in=invoices)
        .order_by()
        .values("invoice_line")
        .annotate(cents=Sum("amount_cents"), meals=Sum("quantity"))
        .values_list("invoice_line", "cents", "meals")
    )
    return {line_id: (cents, meals) for line_id, cents, meals in rows}


def standing_of_lines(invoice: Invoice) -> list[LineStanding]:
    """What is left of each line of an invoice, in the order of `lines_of`."""
    credited = credited_lines([invoice])
    return [LineStanding(line, *credited.get(line.pk, (0, 0))) for line in lines_of(invoice)]


def standing_of_line(line: InvoiceLine) -> LineStanding:
    """What is left of one line."""
    return LineStanding(line, *credited_lines([line.invoice]).get(line.pk, (0, 0)))


def latest_disputes(invoices: Sequence[Invoice]) -> dict[int, Dispute]:
    """The latest dispute of each line of these invoices that has one, by line."""
    rows = Dispute.objects.filter(invoice_line__invoice__in=invoices).select_related("credit_note")
    return {row.invoice_line_id: row for row in rows.order_by("pk")}


def dispute_with_payer(dispute_id: int) -> Dispute | None:
    """A dispute by its number in the database, for messages."""
    return (
        Dispute.objects.filter(pk=dispute_id)
        .select_related("guardian__user", "invoice_line__invoice", "credit_note")
        .first()
    )


def over_paid_code(invoice: Invoice) -> str:
    """The code of the ledger's account that keeps what is to be given back on an invoice."""
    return f"over-paid:{invoice.public_id}"


def over_paid_accounts(invoices: Sequence[Invoice]) -> dict[int, Account]:
    """The accounts that keep what is to be given back, by invoice; none where nothing ever was."""
    codes = {over_paid_code(invoice): invoice.pk for invoice in invoices}
    return {codes[account.code]: account for account in Account.objects.filter(code__in=codes)}


def accounts_of(invoices: Sequence[Invoice]) -> dict[int, Account]:
    """The ledger's account of each invoice, as it is now, by invoice."""
    keys = {invoice.ledger_account_id: invoice.pk for invoice in invoices}
    return {keys[account.pk]: account for account in Account.objects.filter(pk__in=keys)}


def over_paid_cents(invoice: Invoice) -> int:
    """What was paid on an invoice beyond what it comes to, and is not given back yet."""
    account = over_paid_accounts([invoice]).get(invoice.pk)
    return account.credits_posted - account.debits_posted if account else 0


def credit_note_with_payer(credit_note_id: int) -> CreditNote | None:
    """A credit note by its number in the database, for messages."""
    return (
        CreditNote.objects.filter(pk=credit_note_id)
        .select_related(
            "invoice__payer__user",
            "invoice__ledger_account",
            "invoice__regie",
            "regie",
            "dispute",
        )
        .first()
    )


def lines_of(invoice: Invoice) -> QuerySet[InvoiceLine]:
    """The lines of an invoice, child by child, in order of days."""
    return in_order(InvoiceLine.objects.filter(invoice=invoice))


def in_order(lines: QuerySet[InvoiceLine]) -> QuerySet[InvoiceLine]:
    """Lines child by child, in order of days, with what `has_example_price` reads."""
    return (
        lines.select_related("pupil", "price_decision__tariff_version", "invoice")
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
        .select_related("payer", "payer__user", "ledger_account", "regie", "run")
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
            regie_id=run.regie_id,
            month__lt=run.month,
            state=BillingRun.State.ISSUED,
            corrects__isnull=True,
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
