"""The children of a signed-in person, as cards. Composes queries of people, canteen and tariffs."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from billing.canteen import queries as canteen
from billing.canteen.models import Enrolment
from billing.tariffs import queries as tariffs
from billing.tariffs.models import PriceDecision, Service
from commons.school_calendar import school_year_of
from tenants.people import queries as people

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import College, Pupil, Schooling


@dataclasses.dataclass(frozen=True, slots=True)
class ChildCard:
    """A child, their school and their canteen, today."""

    pupil: Pupil
    college: College | None
    school_line: str
    enrolments: tuple[Enrolment, ...]
    enrolment_state: str
    weekdays: int
    price_cents: int | None
    is_example_price: bool

    @property
    def public_id(self) -> uuid.UUID:
        return self.pupil.public_id

    @property
    def first_name(self) -> str:
        return self.pupil.first_name

    @property
    def last_name(self) -> str:
        return self.pupil.last_name


def child_card(pupil: Pupil, *, on: datetime.date) -> ChildCard:
    """One child as a card."""
    return cards([pupil], on=on)[0]


def children_of(user: User, *, on: datetime.date) -> tuple[ChildCard, ...]:
    """The children of a person, oldest first."""
    return cards(list(people.children_of(user, on=on)), on=on)


def cards(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[ChildCard, ...]:
    """Several children as cards, in as many queries as one."""
    year = school_year_of(on).start_year
    pupil_ids = [pupil.pk for pupil in pupils]
    schoolings = people.schoolings_on(pupil_ids, on)
    enrolments: dict[int, list[Enrolment]] = {pupil_id: [] for pupil_id in pupil_ids}
    for enrolment in canteen.enrolments_of(*pupils, school_year=year):
        enrolments[enrolment.pupil_id].append(enrolment)
    drafted = canteen.drafted_pupils(pupils, school_year=year)
    prices = tariffs.prices_since(pupil_ids, Service.HALF_BOARD, on)
    return tuple(
        _card(
            pupil,
            schooling=schoolings.get(pupil.pk),
            enrolments=enrolments[pupil.pk],
            has_draft=pupil.pk in drafted,
            prices=prices.get(pupil.pk, ()),
            on=on,
        )
        for pupil in pupils
    )


def _card(
    pupil: Pupil,
    *,
    schooling: Schooling | None,
    enrolments: Sequence[Enrolment],
    has_draft: bool,
    prices: Sequence[PriceDecision],
    on: datetime.date,
) -> ChildCard:
    enrolment = running(enrolments, on=on)
    price = None
    if enrolment is not None and enrolment.valid_from is not None:
        price = tariffs.in_force(prices, max(on, enrolment.valid_from))
    return ChildCard(
        pupil=pupil,
        college=schooling.college if schooling else None,
        school_line=_school_line(schooling),
        enrolments=tuple(enrolments),
        enrolment_state="ACTIVE" if enrolment else "DRAFT" if has_draft else "NONE",
        weekdays=enrolment.weekdays if enrolment else 0,
        price_cents=price.unit_price_cents if price else None,
        is_example_price=price is not None and price.tariff_version.is_illustrative,
    )


def running_enrolment(pupil: Pupil, *, school_year: int, on: datetime.date) -> Enrolment | None:
    """The enrolment that holds today, or will later this school year."""
    return running(canteen.enrolments_of(pupil, school_year=school_year), on=on)


def running(enrolments: Iterable[Enrolment], *, on: datetime.date) -> Enrolment | None:
    """The first of some enrolments, in order of their days, that is not over."""
    for enrolment in enrolments:
        if enrolment.valid_until is None or enrolment.valid_until > on:
            return enrolment
    return None


def _school_line(schooling: Schooling | None) -> str:
    if schooling is None:
        return ""
    school_class = schooling.school_class
    place = f"{schooling.college.name}, {schooling.college.city}".strip(", ")
    return f"{school_class.name} · {place}" if school_class else place
