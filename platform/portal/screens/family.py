"""The children of a signed-in person, as cards. Composes queries of people, canteen and tariffs."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from billing.canteen import queries as canteen
from billing.canteen.models import Enrolment
from billing.tariffs import queries as tariffs
from billing.tariffs.models import Service
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
    enrolment_state: str
    weekdays: int
    price_cents: int | None

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
    year = school_year_of(on).start_year
    schooling = people.schooling_on(pupil, on)
    enrolment = running_enrolment(pupil, school_year=year, on=on)
    draft = None if enrolment else canteen.draft_of(pupil, school_year=year)
    price = None
    if enrolment is not None and enrolment.valid_from is not None:
        price = tariffs.price_on(pupil, Service.HALF_BOARD, max(on, enrolment.valid_from))
    return ChildCard(
        pupil=pupil,
        college=schooling.college if schooling else None,
        school_line=_school_line(schooling),
        enrolment_state="ACTIVE" if enrolment else "DRAFT" if draft else "NONE",
        weekdays=enrolment.weekdays if enrolment else 0,
        price_cents=price.unit_price_cents if price else None,
    )


def children_of(user: User, *, on: datetime.date) -> tuple[ChildCard, ...]:
    """The children of a person, oldest first."""
    return tuple(child_card(pupil, on=on) for pupil in people.children_of(user, on=on))


def running_enrolment(pupil: Pupil, *, school_year: int, on: datetime.date) -> Enrolment | None:
    """The enrolment that holds today, or will later this school year."""
    for enrolment in canteen.enrolments_of(pupil, school_year=school_year):
        if enrolment.valid_until is None or enrolment.valid_until > on:
            return enrolment
    return None


def _school_line(schooling: Schooling | None) -> str:
    if schooling is None:
        return ""
    school_class = schooling.school_class
    place = f"{schooling.college.name}, {schooling.college.city}".strip(", ")
    return f"{school_class.name} · {place}" if school_class else place
