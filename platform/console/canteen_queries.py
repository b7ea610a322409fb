"""What the console reads of the canteen: which days, and what closing or ending takes away.

An amount is what the lost meals would have been billed, in cents; a meal without a price counts 0.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, QuerySet

from billing.canteen.models import BookingException, Enrolment, ServiceDay
from billing.canteen.queries import meals_for
from billing.tariffs.models import PriceDecision
from billing.tariffs.queries import on_day, price_history
from commons.periods import Period
from commons.school_calendar import SchoolYear
from console import sql
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import College

if TYPE_CHECKING:
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class LostMeals:
    """Meals that would no longer be served, and what they would have been billed."""

    meals: int
    amount_cents: int


def service_days(user: User, named: Sequence[tuple[str, datetime.date]]) -> list[ServiceDay]:
    """The service days an agent named by UAI and day, among those they may see, in order of days."""
    of_college: dict[str, list[datetime.date]] = {}
    for uai, day in named:
        of_college.setdefault(uai, []).append(day)
    is_named = Q(pk__in=())
    for uai, days in of_college.items():
        is_named |= Q(college__uai=uai, day__in=days)
    found = ServiceDay.objects.filter(is_named).select_related("college")
    if not user.can(Capability.READ_FILES):
        found = found.filter(college__uai__in=own_uais(user))
    return list(found.order_by("day", "college__name", "pk"))


def colleges(user: User, public_ids: list[uuid.UUID]) -> list[College]:
    """The collèges an agent named, among those they may see, by name."""
    found = College.objects.filter(public_id__in=public_ids)
    if not user.can(Capability.READ_FILES):
        found = found.filter(uai__in=own_uais(user))
    return list(found.order_by("name", "pk"))


def own_uais(user: User) -> list[str]:
    """The collèges a secretary works for."""
    return list(
        user.staff_roles.filter(role=Role.COLLEGE_SECRETARY)
        .order_by("college_uai")
        .values_list("college_uai", flat=True)
    )


def prices_of_row(on: datetime.date) -> QuerySet[PriceDecision]:
    """In a filter of enrolments: the prices that stand for the row's pupil and service."""
    return PriceDecision.objects.filter(
        on_day(on), pupil=OuterRef("pupil"), service=OuterRef("service")
    )


def exceptions_of_row(on: datetime.date) -> QuerySet[BookingException]:
    """In a filter of enrolments: what was cancelled or added for the row on that day."""
    return BookingException.objects.filter(enrolment=OuterRef("pk"), day=on)


def open_day_of_row(on: datetime.date) -> QuerySet[ServiceDay]:
    """In a filter of enrolments: that day, if the row's collège serves meals."""
    return ServiceDay.objects.filter(college=OuterRef("college"), day=on, is_open=True)


def closing_effect(service_day: ServiceDay) -> LostMeals:
    """What closing a day takes away; nothing when it is already closed."""
    meals, _priced, cents = sql.rows("closing_effect", [service_day.college_id, service_day.day])[0]
    return LostMeals(meals=int(meals), amount_cents=int(cents))


def ending_effect(enrolment: Enrolment, end_on: datetime.date) -> LostMeals:
    """What ending an enrolment on a day takes away until the end of its school year."""
    last = enrolment.valid_until or SchoolYear(enrolment.school_year).period.end
    if last is None or end_on >= last:
        return LostMeals(meals=0, amount_cents=0)
    days = meals_for(enrolment, Period(end_on, last))
    prices = list(price_history(enrolment.pupil, enrolment.service))
    cents = 0
    for day in days:
        for price in prices:
            if price.valid_from <= day and (price.valid_until is None or day < price.valid_until):
                cents += price.unit_price_cents
                break
    return LostMeals(meals=len(days), amount_cents=cents)
