"""The pages of codes and letters, read at once."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from console import acts
from console.records import NOTHING
from tenants.activation import queries
from tenants.activation.access import access_helped_college, helped_colleges, own_letters
from tenants.activation.models import Letters
from tenants.activation.queries import Standing
from tenants.people.models import College, Pupil, SchoolClass

if TYPE_CHECKING:
    from tenants.accounts.models import User

SHOWN_LETTERS = 30
SHOWN_COLLEGES = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A person: who, whose, what they have, and where a code is given to them."""

    name: str
    more: str
    state: str
    waits_until: datetime.datetime | None
    act_url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """The pupils of a class, or their guardians."""

    is_pupils: bool
    lines: tuple[Line, ...]
    counts: tuple[tuple[str, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class HelpedPage:
    """A collège, its classes, and the people of one of them."""

    colleges: tuple[College, ...]
    college: College | None
    classes: tuple[SchoolClass, ...]
    school_class: SchoolClass | None
    groups: tuple[Group, ...]
    print_class_url: str
    print_college_url: str


@dataclasses.dataclass(frozen=True, slots=True)
class LettersRow:
    """Letters that were printed; `is_kept` while they can be opened."""

    letters: Letters
    place: str
    is_kept: bool


def helped_page(user: User, *, uai: str, class_key: str, at: datetime.datetime) -> HelpedPage:
    """The page of codes: the collège and class that were asked for, else the first of each.

    :raises NotFound: if the collège is not theirs
    """
    colleges = tuple(helped_colleges(user)[:SHOWN_COLLEGES])
    college = access_helped_college(user, uai) if uai else next(iter(colleges), None)
    on = timezone.localdate(at)
    classes = tuple(queries.classes_of(college, on=on)) if college else ()
    asked = [one for one in classes if str(one.pk) == class_key]
    school_class = next(iter(asked or classes), None)
    groups: tuple[Group, ...] = ()
    if school_class is not None:
        found = queries.standing_of_class(school_class, at=at)
        groups = (
            _group(found.guardians, is_pupils=False),
            _group(found.pupils, is_pupils=True),
        )
    return HelpedPage(
        colleges=colleges,
        college=college,
        classes=classes,
        school_class=school_class,
        groups=groups,
        print_class_url=acts.url_for("print-letters", school_class) if school_class else "",
        print_college_url=acts.url_for("print-letters", college) if college else "",
    )


def _group(standings: tuple[Standing, ...], *, is_pupils: bool) -> Group:
    states = [one.state for one in standings]
    return Group(
        is_pupils=is_pupils,
        lines=tuple(_line(one) for one in standings),
        counts=tuple((state, states.count(state)) for state in ("ACCOUNT", "CODE", "NONE")),
    )


def _line(one: Standing) -> Line:
    return Line(
        name=str(one.person),
        more="" if isinstance(one.person, Pupil) else ", ".join(one.children),
        state=one.state,
        waits_until=one.waits_until if one.state == "CODE" else None,
        act_url="" if one.is_staff else acts.url_for("give-code", one.person),
    )


def letters_rows(user: User, *, at: datetime.datetime) -> tuple[LettersRow, ...]:
    """What a user had printed, latest first."""
    rows = own_letters(user).select_related("college", "school_class")[:SHOWN_LETTERS]
    return tuple(LettersRow(row, _place_of(row), is_kept=at < row.kept_until) for row in rows)


def _place_of(letters: Letters) -> str:
    parts = (letters.school_class, letters.college)
    return " · ".join(one.name for one in parts if one) or NOTHING
