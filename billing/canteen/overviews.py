"""Whole pages of the canteen, read at once into frozen values: the enrolment, and a month of meals.

Amounts are integer euro cents. A month's amount is an estimate until its invoice is issued: meals
counted × the price of each meal's day; it is None when a meal has no price.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from billing.canteen import deadlines, queries
from billing.canteen.booking import ALL_WEEKDAYS, WEDNESDAY, BookedDays, falls_on
from billing.canteen.models import Enrolment, EnrolmentPayer
from billing.canteen.rules import RulesDefinition, WednesdayPolicy
from billing.tariffs.issued_months import first_open_day
from billing.tariffs.models import PriceDecision, Service
from billing.tariffs.queries import (
    ExplainedPrice,
    explained_price,
    in_force,
    in_force_some_day,
    price_on,
    with_version,
)
from commons.periods import month_period
from commons.school_calendar import SchoolYear
from tenants.people.models import Guardian, Guardianship, Schooling

if TYPE_CHECKING:
    from tenants.people.models import College, Pupil


class DayStatus(enum.StrEnum):
    """What a day of service is for a pupil."""

    MEAL = "MEAL"
    EXTRA = "EXTRA"
    CANCELLED = "CANCELLED"
    CANCELLED_LATE = "CANCELLED_LATE"
    NO_MEAL = "NO_MEAL"
    CLOSED = "CLOSED"


@dataclasses.dataclass(frozen=True, slots=True)
class DayView:
    """One day of service: what it is, what it costs, until when it can change."""

    day: datetime.date
    status: DayStatus
    is_billed: bool
    unit_price_cents: int | None
    change_before: datetime.datetime
    can_cancel: bool
    is_late_cancel: bool
    can_add: bool
    closed_reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class MonthOverview:
    """A month of an enrolment."""

    enrolment_public_id: uuid.UUID
    month: datetime.date
    days: tuple[DayView, ...]
    meal_count: int
    amount_cents: int | None
    has_example_price: bool = False
    has_example_rules: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class PayerView:
    """A guardian who pays, or could, and their share in ten-thousandths."""

    guardian: Guardian
    share_bp: int


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolmentView:
    """An enrolment or a draft, as a page shows it."""

    enrolment: Enrolment
    payers: tuple[PayerView, ...]

    @property
    def next_step(self) -> int:
        """The step to resume a draft at: 1 days, 2 first day, 3 payers and end."""
        if not self.enrolment.weekdays:
            return 1
        return 2 if self.enrolment.valid_from is None else 3


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolmentPage:
    """All that the enrolment pages of a pupil need for a school year."""

    school_year: SchoolYear
    colleges: tuple[College, ...]
    enrolments: tuple[EnrolmentView, ...]
    draft: EnrolmentView | None
    rules: RulesDefinition
    allowed_weekdays: int
    first_free_day: datetime.date
    is_open_for_families: bool
    may_families_change_days: bool
    possible_payers: tuple[PayerView, ...]
    price: ExplainedPrice | None


def enrolment_page(
    pupil: Pupil,
    *,
    school_year: int,
    at: datetime.datetime,
    service: str = Service.HALF_BOARD,
) -> EnrolmentPage:
    """
    Read everything about a pupil's enrolment for a school year.

    :raises NoCanteenRules: if the département has no rules in force then
    """
    year = SchoolYear(school_year)
    today = at.astimezone(deadlines.PARIS).date()
    day = _day_within(year, today)
    rules = queries.rules_on(day)
    schoolings = list(
        Schooling.objects.filter(pupil=pupil, school_year=school_year)
        .select_related("college")
        .order_by("-valid_from", "-pk")
    )
    enrolments = list(queries.enrolments_of(pupil, school_year=school_year))
    draft = queries.draft_of(pupil, school_year=school_year, service=service)
    views = _views([*enrolments, draft] if draft else enrolments)
    price = price_on(pupil, service, day)
    first_free_day = max(deadlines.first_free_day(rules.cancellation, at), year.period.start)
    until = rules.weekdays_change_until
    return EnrolmentPage(
        school_year=year,
        colleges=tuple({row.college_id: row.college for row in schoolings}.values()),
        enrolments=views[: len(enrolments)],
        draft=views[-1] if draft else None,
        rules=rules,
        allowed_weekdays=_allowed_weekdays(rules, schoolings, service),
        first_free_day=first_free_day,
        is_open_for_families=is_open_for_families(rules, today),
        may_families_change_days=until is None or today <= until,
        possible_payers=possible_payers(pupil, on=day),
        price=explained_price(price) if price else None,
    )


def _views(enrolments: Sequence[Enrolment]) -> tuple[EnrolmentView, ...]:
    payers = EnrolmentPayer.objects.filter(enrolment__in=enrolments).select_related("guardian")
    views: dict[int, list[PayerView]] = {enrolment.pk: [] for enrolment in enrolments}
    for payer in payers.order_by("-share_bp", "pk"):
        views[payer.enrolment_id].append(PayerView(payer.guardian, payer.share_bp))
    return tuple(
        EnrolmentView(enrolment=enrolment, payers=tuple(views[enrolment.pk]))
        for enrolment in enrolments
    )


def _day_within(year: SchoolYear, today: datetime.date) -> datetime.date:
    """Today, or the nearest day of the school year."""
    latest = (year.period.end or today) - datetime.timedelta(days=1)
    return min(max(today, year.period.start), latest)


def is_open_for_families(rules: RulesDefinition, today: datetime.date) -> bool:
    """Whether families may begin an enrolment on a day."""
    return rules.enrolment_opens_on is None or today >= rules.enrolment_opens_on


def _allowed_weekdays(rules: RulesDefinition, schoolings: Sequence[Schooling], service: str) -> int:
    is_boarder = service == Service.BOARDER or any(row.regime == "BOARDER" for row in schoolings)
    is_allowed = rules.wednesday is WednesdayPolicy.ALLOWED or (
        rules.wednesday is WednesdayPolicy.BOARDERS_ONLY and is_boarder
    )
    return ALL_WEEKDAYS if is_allowed else ALL_WEEKDAYS & ~WEDNESDAY


def possible_payers(pupil: Pupil, *, on: datetime.date) -> tuple[PayerView, ...]:
    """The guardians who may pay for a pupil on a day, with the share their guardianship says.

    When no share is said, the financial guardian (else the first with parental authority) has the
    whole of it.
    """
    links = [
        link
        for link in Guardianship.objects.filter(pupil=pupil)
        .select_related("guardian")
        .order_by("-is_financial", "legal_role", "pk")
        if (link.valid_from is None or link.valid_from <= on)
        and (link.valid_until is None or link.valid_until > on)
    ]
    if links and sum(link.payer_share_bp for link in links) != 10_000:
        chosen = next(
            (link for link in links if link.is_financial),
            next((link for link in links if link.legal_role), links[0]),
        )
        return tuple(
            PayerView(link.guardian, 10_000 if link.pk == chosen.pk else 0) for link in links
        )
    return tuple(PayerView(link.guardian, link.payer_share_bp) for link in links)


def month_overview(
    enrolment: Enrolment, *, year: int, month: int, at: datetime.datetime
) -> MonthOverview:
    """
    Read a month of an enrolment, day by day.

    :raises NoCanteenRules: if the département has no rules in force then
    """
    period = month_period(year, month)
    within = queries.period_within(enrolment, period)
    if within is None:
        return MonthOverview(enrolment.public_id, period.start, (), 0, 0)
    booked = queries.booked_days(enrolment, within)
    meals = set(booked.meals(enrolment.weekdays))
    prices = _prices(enrolment)
    rules_of = queries.rules_over(within)
    first_open = first_open_day()
    today = at.astimezone(deadlines.PARIS).date()
    views = []
    for row in queries.service_days(enrolment.college, within):
        rule = rules_of(row.day).cancellation
        status = _status(row.day, booked, enrolment.weekdays, is_open=row.is_open)
        is_late = deadlines.is_too_late(rule, row.day, at)
        is_closed = row.day < today or (first_open is not None and row.day < first_open)
        is_extra_late = status is DayStatus.EXTRA and is_late
        has_meal = status in (DayStatus.MEAL, DayStatus.EXTRA)
        views.append(
            DayView(
                day=row.day,
                status=status,
                is_billed=row.day in meals,
                unit_price_cents=_price_of(prices, row.day),
                change_before=deadlines.cancel_before(rule, row.day),
                can_cancel=has_meal and not is_closed and not is_extra_late,
                is_late_cancel=is_late,
                can_add=_can_add(status, is_late=is_late, is_closed=is_closed),
                closed_reason=row.closed_reason,
            )
        )
    return MonthOverview(
        enrolment_public_id=enrolment.public_id,
        month=period.start,
        days=tuple(views),
        meal_count=len(meals),
        amount_cents=_total(prices, meals),
        has_example_price=any(_is_example(in_force(prices, day)) for day in meals),
        has_example_rules=any(rules_of(view.day).is_illustrative for view in views),
    )


def _status(day: datetime.date, booked: BookedDays, weekdays: int, *, is_open: bool) -> DayStatus:
    if not is_open:
        return DayStatus.CLOSED
    if day in booked.cancelled_in_time:
        return DayStatus.CANCELLED
    if day in booked.cancelled_late:
        return DayStatus.CANCELLED_LATE
    if falls_on(weekdays, day):
        return DayStatus.MEAL
    return DayStatus.EXTRA if day in booked.added else DayStatus.NO_MEAL


def _can_add(status: DayStatus, *, is_late: bool, is_closed: bool) -> bool:
    if is_closed or status in (DayStatus.MEAL, DayStatus.EXTRA, DayStatus.CLOSED):
        return False
    return status is DayStatus.CANCELLED_LATE or not is_late


def _prices(enrolment: Enrolment) -> list[PriceDecision]:
    decisions = PriceDecision.objects.filter(pupil_id=enrolment.pupil_id, service=enrolment.service)
    return list(with_version(in_force_some_day(decisions)).order_by("valid_from"))


def _is_example(price: PriceDecision | None) -> bool:
    return price is not None and price.tariff_version.is_illustrative


def _price_of(prices: Sequence[PriceDecision], day: datetime.date) -> int | None:
    price = in_force(prices, day)
    return price.unit_price_cents if price else None


def _total(prices: Sequence[PriceDecision], meals: set[datetime.date]) -> int | None:
    total_cents = 0
    for day in meals:
        cents = _price_of(prices, day)
        if cents is None:
            return None
        total_cents += cents
    return total_cents
