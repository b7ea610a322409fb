"""The payments of a person: what is left to pay, what was paid, and the documents that prove it.

Amounts are integer euro cents. A certificate is of a school year or of a calendar year, by the days
of the payments.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from billing.payments import receipts
from billing.payments.models import Payment
from commons.periods import Period
from commons.school_calendar import SchoolYear, school_year_of
from portal.screens import bills
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User

SHOWN = 50
_YEARS = re.compile(r"(20\d\d)(?:-(20\d\d))?", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in the history."""

    public_id: uuid.UUID
    day: datetime.date
    months: str
    amount_cents: int
    refunded_cents: int
    state: str
    has_receipt: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Year:
    """A year that a certificate is about: its name in addresses and in words."""

    name: str
    label: str
    period: Period


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentsPage:
    """The whole page; `due_cents` is the sum of what is left to pay.

    `payments` are the latest; `has_earlier` when there are others.
    """

    to_pay: tuple[bills.Bill, ...]
    due_cents: int
    payments: tuple[PaymentRow, ...]
    has_earlier: bool
    years: tuple[Year, ...]


def payments_page(user: User, *, on: datetime.date) -> PaymentsPage:
    """Read the page of a person's payments."""
    left = tuple(bills.to_pay(bills.invoices_of(user, on=on)))
    payments = list(receipts.payments_of(user)[: SHOWN + 1])
    return PaymentsPage(
        to_pay=left,
        due_cents=sum(bill.due_cents for bill in left),
        payments=tuple(_row(payment) for payment in payments[:SHOWN]),
        has_earlier=len(payments) > SHOWN,
        years=years_of(receipts.days_paid(user)),
    )


def _row(payment: Payment) -> PaymentRow:
    months = dict.fromkeys(wording.month_name(part.invoice.month) for part in payment.parts.all())
    return PaymentRow(
        public_id=payment.public_id,
        day=wording.local_date(payment.created_at),
        months=wording.and_list(months),
        amount_cents=payment.amount_cents,
        refunded_cents=receipts.refunded_cents(payment),
        state=payment.state,
        has_receipt=payment.state == Payment.State.PAID,
    )


def years_of(days: Iterable[datetime.date]) -> tuple[Year, ...]:
    """The years some days are in, latest first: school years, then calendar years."""
    listed = list(days)
    schools = {school_year_of(day).start_year for day in listed}
    calendars = {day.year for day in listed}
    return (
        *(_school_year(year) for year in sorted(schools, reverse=True)),
        *(_calendar_year(year) for year in sorted(calendars, reverse=True)),
    )


def year_named(name: str) -> Year | None:
    """The year of a certificate's address: `2024-2025` or `2024`; None if it is none."""
    found = _YEARS.fullmatch(name)
    if found is None:
        return None
    first, second = found.groups()
    if second is None:
        return _calendar_year(int(first))
    return _school_year(int(first)) if int(second) == int(first) + 1 else None


def _school_year(start_year: int) -> Year:
    year = SchoolYear(start_year)
    return Year(year.label, _("Année scolaire %(year)s") % {"year": year.label}, year.period)


def _calendar_year(year: int) -> Year:
    period = Period(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1))
    return Year(str(year), _("Année %(year)s") % {"year": year}, period)
