"""The canteen for tests: a family of a collège, open days, enrolments made by the operations."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from typing import Any

from billing.canteen import operations, queries
from billing.canteen.models import Enrolment
from billing.canteen.operations import Payer
from billing.canteen.rules import RulesDefinition, published_rules
from billing.tariffs.issued_months import first_open_day
from commons.school_calendar import SchoolYear
from tenants.people.models import (
    College,
    Guardian,
    Guardianship,
    Household,
    HouseholdMember,
    Pupil,
    Schooling,
)
from tests.factories.tariffs import ACTOR, AT

SCHOOL_YEAR = 2024
START = datetime.date(2024, 9, 2)
MONDAY_THURSDAY = 0b01001
_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Family:
    """A pupil, those who answer for them, and where they go to school."""

    pupil: Pupil
    college: College
    household: Household
    guardians: tuple[Guardian, ...]

    @property
    def payers(self) -> list[Payer]:
        """One payer pays all; two share by half."""
        share = 10_000 // len(self.guardians)
        return [Payer(guardian, share) for guardian in self.guardians]


def _named(number: int) -> str:
    """Four letters: no name begins with another, nor holds an amount that a page may not show."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def make_college(**traits: Any) -> College:
    number = next(_numbers)
    return College.objects.create(
        **{
            "uai": f"092{number:04d}A",
            "name": f"Collège {_named(number)}",
            "city": "Nanterre",
            **traits,
        }
    )


def make_family(
    *,
    guardians: int = 1,
    regime: str = "HALF_BOARD",
    school_year: int = SCHOOL_YEAR,
    college: College | None = None,
) -> Family:
    """A pupil of a collège, with one household and as many guardians as asked."""
    name = _named(next(_numbers))
    college = college or make_college()
    household = Household.objects.create(label=f"Foyer {name}")
    pupil = Pupil.objects.create(
        last_name="Diallo",
        first_name=f"Enfant{name}",
        birth_date=datetime.date(2012, 5, 4),
        sort_key=f"diallo enfant{name}",
        search_key=f"diallo enfant{name}",
        household=household,
    )
    year = SchoolYear(school_year)
    Schooling.objects.create(
        pupil=pupil,
        college=college,
        school_year=school_year,
        regime=regime,
        valid_from=year.period.start,
    )
    people = tuple(
        _make_guardian(pupil, household, rank=rank, share_bp=10_000 // guardians)
        for rank in range(guardians)
    )
    return Family(pupil=pupil, college=college, household=household, guardians=people)


def _make_guardian(pupil: Pupil, household: Household, *, rank: int, share_bp: int) -> Guardian:
    name = _named(next(_numbers))
    guardian = Guardian.objects.create(
        last_name="Diallo",
        first_name=f"Parent{name}",
        sort_key=f"diallo parent{name}",
        search_key=f"diallo parent{name}",
    )
    since = datetime.date(2012, 5, 4)
    Guardianship.objects.create(
        pupil=pupil,
        guardian=guardian,
        relation="MOTHER" if rank == 0 else "FATHER",
        legal_role=1 if rank == 0 else 2,
        is_financial=rank == 0,
        payer_share_bp=share_bp,
        valid_from=since,
    )
    if rank == 0:
        HouseholdMember.objects.create(household=household, guardian=guardian, valid_from=since)
    return guardian


def set_rules(
    definition: RulesDefinition | None = None, *, since: datetime.date = datetime.date(2020, 9, 1)
) -> None:
    """The rules of Hauts-de-Seine, unless others are given."""
    operations.set_canteen_rules(
        definition=definition or published_rules("92"), valid_from=since, actor=ACTOR, at=AT
    )


def open_canteen(college: College, *, school_year: int = SCHOOL_YEAR) -> None:
    """Rules in force and every teaching day open that no issued month closes."""
    try:
        queries.rules_on(SchoolYear(school_year).period.start)
    except queries.NoCanteenRules:
        set_rules()
    operations.open_service_days(
        college=college, school_year=school_year, since=first_open_day(), actor=ACTOR, at=AT
    )


def make_enrolment(family: Family | None = None, **traits: Any) -> Enrolment:
    """A pupil enrolled on Mondays and Thursdays since September 2024, days open."""
    family = family or make_family()
    open_canteen(family.college, school_year=traits.get("school_year", SCHOOL_YEAR))
    return operations.enrol(
        **{
            "pupil": family.pupil,
            "college": family.college,
            "school_year": SCHOOL_YEAR,
            "weekdays": MONDAY_THURSDAY,
            "start_on": START,
            "payers": family.payers,
            "actor": ACTOR,
            "at": AT,
            "by_agent": True,
            **traits,
        }
    )
