"""Where a person answers: the secretariats of the collèges of one's children."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tenants.people import queries as people

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import College, Pupil


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A secretariat; what the academic feed does not say is empty."""

    name: str
    street: str
    city: str
    phone: str


def of_colleges(colleges: Iterable[College | None]) -> tuple[Place, ...]:
    """The secretariats of some collèges, each once."""
    known = {college.pk: college for college in colleges if college is not None}
    return tuple(
        Place(
            name=college.name,
            street=college.street,
            city=f"{college.postal_code} {college.city}".strip(),
            phone=college.phone,
        )
        for college in known.values()
    )


def of_pupils(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[Place, ...]:
    """The secretariats of the collèges some pupils go to on a day."""
    schoolings = people.schoolings_on([pupil.pk for pupil in pupils], on)
    return of_colleges(schoolings[pupil.pk].college for pupil in pupils if pupil.pk in schoolings)


def of_user(user: User, *, on: datetime.date) -> tuple[Place, ...]:
    """The secretariats of the collèges of a person's children."""
    return of_pupils(list(people.children_of(user, on=on)), on=on)
