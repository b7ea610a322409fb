"""The children of a signed-in person, as cards. Composes queries of people, canteen and tariffs."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from billing.canteen import queries as canteen
from billing.canteen.models import Enrolment
from billing.family_reads.home import Child, HeldEnrolment, HeldPrice, School
from billing.tariffs import queries as tariffs
from billing.tariffs.models import PriceDecision, Service
from commons.errors import NotFound
from commons.school_calendar import school_year_of
from portal.screens.places import Place, place_of
from tenants.people import queries as people

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Pupil, Schooling


class Ending(Protocol):
    """What holds until a day."""

    @property
    def valid_until(self) -> datetime.date | None: ...


EndingT = TypeVar("EndingT", bound=Ending)


@dataclasses.dataclass(frozen=True, slots=True)
class ChildCard:
    """A child, their school and their canteen, today."""

    public_id: uuid.UUID
    first_name: str
    last_name: str
    place: Place | None
    school_line: str
    enrolments: tuple[HeldEnrolment, ...]
    enrolment_state: str
    weekdays: int
    price_cents: int | None
    is_example_price: bool


def child_card(pupil: Pupil, *, on: datetime.date) -> ChildCard:
    """One child as a card."""
    return cards([pupil], on=on)[0]


def children_of(user: User, *, on: datetime.date) -> tuple[ChildCard, ...]:
    """The children of a person, oldest first."""
    return cards(list(people.children_of(user, on=on)), on=on)


def cards(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[ChildCard, ...]:
    """Several children as cards, in as many queries as one."""
    return tuple(card_of(child, on=on) for child in rows_of(pupils, on=on))


def rows_of(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[Child, ...]:
    """What the home page reads of its children at once, of any pupils."""
    year = school_year_of(on).start_year
    pupil_ids = [pupil.pk for pupil in pupils]
    schoolings = people.schoolings_on(pupil_ids, on)
    enrolments: dict[int, list[Enrolment]] = {pupil_id: [] for pupil_id in pupil_ids}
    for enrolment in canteen.enrolments_of(*pupils, school_year=year):
        enrolments[enrolment.pupil_id].append(enrolment)
    drafted = canteen.drafted_pupils(pupils, school_year=year)
    prices = tariffs.prices_since(pupil_ids, Service.HALF_BOARD, on)
    return tuple(
        _row(
            pupil,
            schooling=schoolings.get(pupil.pk),
            enrolments=enrolments[pupil.pk],
            has_draft=pupil.pk in drafted,
            prices=prices.get(pupil.pk, ()),
        )
        for pupil in pupils
    )


def _row(
    pupil: Pupil,
    *,
    schooling: Schooling | None,
    enrolments: Sequence[Enrolment],
    has_draft: bool,
    prices: Sequence[PriceDecision],
) -> Child:
    return Child(
        public_id=pupil.public_id,
        first_name=pupil.first_name,
        last_name=pupil.last_name,
        school=_school(schooling) if schooling else None,
        enrolments=tuple(
            HeldEnrolment(row.weekdays, row.valid_from, row.valid_until, row.created_at)
            for row in enrolments
        ),
        has_draft=has_draft,
        prices=tuple(
            HeldPrice(
                row.unit_price_cents,
                row.valid_from,
                row.valid_until,
                row.tariff_version.is_illustrative,
            )
            for row in prices
        ),
    )


def _school(schooling: Schooling) -> School:
    college, school_class = schooling.college, schooling.school_class
    return School(
        name=college.name,
        street=college.street,
        postal_code=college.postal_code,
        city=college.city,
        phone=college.phone,
        class_name=school_class.name if school_class else None,
    )


def card_of(child: Child, *, on: datetime.date) -> ChildCard:
    """A child's card, from what was read of them."""
    enrolment = running(child.enrolments, on=on)
    price = None
    if enrolment is not None and enrolment.valid_from is not None:
        price = tariffs.in_force(child.prices, max(on, enrolment.valid_from))
    return ChildCard(
        public_id=child.public_id,
        first_name=child.first_name,
        last_name=child.last_name,
        place=place_of(child.school) if child.school else None,
        school_line=_school_line(child.school),
        enrolments=child.enrolments,
        enrolment_state="ACTIVE" if enrolment else "DRAFT" if child.has_draft else "NONE",
        weekdays=enrolment.weekdays if enrolment else 0,
        price_cents=price.unit_price_cents if price else None,
        is_example_price=price is not None and price.is_illustrative,
    )


def running_enrolment(pupil: Pupil, *, school_year: int, on: datetime.date) -> Enrolment | None:
    """The enrolment that holds today, or will later this school year."""
    return running(canteen.enrolments_of(pupil, school_year=school_year), on=on)


def price_shown(pupil: Pupil, *, on: datetime.date) -> tuple[PriceDecision, datetime.date]:
    """The half-board price that holds today, or from the first day of the enrolment, and that day.

    :raises NotFound: if none is decided for that day
    """
    found = running_enrolment(pupil, school_year=school_year_of(on).start_year, on=on)
    day = max(on, found.valid_from) if found and found.valid_from else on
    decision = tariffs.price_on(pupil, Service.HALF_BOARD, day)
    if decision is None:
        raise NotFound(pupil=str(pupil.public_id))
    return decision, day


def running(enrolments: Iterable[EndingT], *, on: datetime.date) -> EndingT | None:
    """The first of some enrolments, in order of their days, that is not over."""
    for enrolment in enrolments:
        if enrolment.valid_until is None or enrolment.valid_until > on:
            return enrolment
    return None


def _school_line(school: School | None) -> str:
    if school is None:
        return ""
    place = f"{school.name}, {school.city}".strip(", ")
    return place if school.class_name is None else f"{school.class_name} · {place}"
