"""The home page of an account, read at once: `sql/home.sql`. Amounts are cents.

`due_cents` is what the ledger says is left to pay of an invoice; below zero, it was paid too much.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from billing.canteen.queries import rules_of_definition
from billing.canteen.rules import RulesDefinition
from billing.family_reads import SQL_FOLDER
from commons.hot_reads import read_json
from commons.school_calendar import school_year_of

if TYPE_CHECKING:
    from tenants.accounts.models import User

SQL = SQL_FOLDER / "home.sql"


@dataclasses.dataclass(frozen=True, slots=True)
class School:
    """Where a child is schooled on a day."""

    name: str
    street: str
    postal_code: str
    city: str
    phone: str
    class_name: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class HeldEnrolment:
    """An enrolment that is no draft."""

    weekdays: int
    valid_from: datetime.date | None
    valid_until: datetime.date | None
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class HeldPrice:
    """A price decided over a period."""

    unit_price_cents: int
    valid_from: datetime.date
    valid_until: datetime.date | None
    is_illustrative: bool  # a value of its tariff is to be confirmed


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """A child: the school today; the enrolments of the school year and the prices since today, in order."""

    public_id: uuid.UUID
    first_name: str
    last_name: str
    school: School | None
    enrolments: tuple[HeldEnrolment, ...]
    has_draft: bool
    prices: tuple[HeldPrice, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """An invoice the account pays."""

    public_id: uuid.UUID
    number: str
    month: datetime.date
    issued_on: datetime.date
    due_on: datetime.date
    is_complementary: bool
    total_cents: int
    credited_cents: int
    due_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class OpenRequest:
    """The request of rights that is under way in the household."""

    public_id: uuid.UUID
    state: str


@dataclasses.dataclass(frozen=True, slots=True)
class FamilyHome:
    """The children, oldest first; the invoices, latest first; the rules and the request, if any.

    `schooled` names the children who go to a collège some day of the school year.
    """

    children: tuple[Child, ...]
    schooled: frozenset[uuid.UUID]
    invoices: tuple[Owed, ...]
    rules: RulesDefinition | None
    rights: OpenRequest | None


def family_home(user: User, *, on: datetime.date) -> FamilyHome:
    """Read what the home page of an account shows on a day, in one statement."""
    found = read_json(SQL, user_id=user.pk, day=on, school_year=school_year_of(on).start_year)
    rules = found["rules"]
    return FamilyHome(
        children=tuple(_child(row) for row in found["children"]),
        schooled=frozenset(
            uuid.UUID(row["public_id"]) for row in found["children"] if row["is_schooled"]
        ),
        invoices=tuple(_owed(row) for row in found["invoices"]),
        rules=None if rules is None else rules_of_definition(rules),
        rights=_request(found["rights"]),
    )


def _request(row: Mapping[str, Any] | None) -> OpenRequest | None:
    return None if row is None else OpenRequest(uuid.UUID(row["public_id"]), row["state"])


def _child(row: Mapping[str, Any]) -> Child:
    return Child(
        public_id=uuid.UUID(row["public_id"]),
        first_name=row["first_name"],
        last_name=row["last_name"],
        school=School(**row["school"]) if row["school"] else None,
        enrolments=tuple(
            HeldEnrolment(
                weekdays=weekdays,
                valid_from=_day(valid_from),
                valid_until=_day(valid_until),
                created_at=datetime.datetime.fromisoformat(created_at),
            )
            for weekdays, valid_from, valid_until, created_at in row["enrolments"]
        ),
        has_draft=row["has_draft"],
        prices=tuple(
            HeldPrice(cents, datetime.date.fromisoformat(start), _day(end), is_illustrative)
            for cents, start, end, is_illustrative in row["prices"]
        ),
    )


def _owed(row: Mapping[str, Any]) -> Owed:
    day = datetime.date.fromisoformat
    dates = {name: day(row[name]) for name in ("month", "issued_on", "due_on")}
    return Owed(**{**row, **dates, "public_id": uuid.UUID(row["public_id"])})


def _day(written: str | None) -> datetime.date | None:
    return None if written is None else datetime.date.fromisoformat(written)
