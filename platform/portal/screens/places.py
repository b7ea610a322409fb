"""Where a person answers: the secretariats of the collèges of one's children."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from tenants.people import queries as people

if TYPE_CHECKING:
    from portal.screens.family import ChildCard
    from tenants.accounts.models import User
    from tenants.people.models import Pupil


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A secretariat; what the academic feed does not say is empty."""

    name: str
    street: str
    city: str
    phone: str


class Secretariat(Protocol):
    """A collège, or what was read of one."""

    @property
    def name(self) -> str: ...
    @property
    def street(self) -> str: ...
    @property
    def postal_code(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def phone(self) -> str: ...


def place_of(college: Secretariat) -> Place:
    """The secretariat of a collège."""
    return Place(
        name=college.name,
        street=college.street,
        city=f"{college.postal_code} {college.city}".strip(),
        phone=college.phone,
    )


def of_cards(cards: Iterable[ChildCard]) -> tuple[Place, ...]:
    """The secretariats of some children's cards, each once."""
    return tuple(dict.fromkeys(card.place for card in cards if card.place is not None))


def of_pupils(pupils: Sequence[Pupil], *, on: datetime.date) -> tuple[Place, ...]:
    """The secretariats of the collèges some pupils go to on a day."""
    schoolings = people.schoolings_on([pupil.pk for pupil in pupils], on)
    found = (schoolings[pupil.pk].college for pupil in pupils if pupil.pk in schoolings)
    return tuple(dict.fromkeys(place_of(college) for college in found))


def of_user(user: User, *, on: datetime.date) -> tuple[Place, ...]:
    """The secretariats of the collèges of a person's children."""
    return of_pupils(list(people.children_of(user, on=on)), on=on)
