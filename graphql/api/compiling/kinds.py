"""What a field is, in SQL: a column, an amount, another row, a list, a page, or what Python says of it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from graphene.utils.str_converters import to_camel_case

from api.compiling import sql
from api.compiling.slots import DAY, SCHOOL_YEAR, WHO, Slots
from api.compiling.sql import Row
from tenants.accounts.capabilities import Capability, Role
from tenants.accounts.models import User

if TYPE_CHECKING:
    import datetime

    from api.context import Context


class NotCompiled(Exception):
    """A document, or this request of it, goes the ordinary way."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Who asks and when, as the querysets of a statement know them: by signs (`slots`).

    Their roles are real: a statement is made for some roles, and serves whoever has exactly these.
    """

    user: User
    slots: Slots
    on: datetime.date = DAY
    school_year: int = SCHOOL_YEAR

    @property
    def reads_files(self) -> bool:
        return self.user.can(Capability.READ_FILES)

    @property
    def reads_money(self) -> bool:
        return self.user.can(Capability.READ_MONEY)


def asked_by(roles: frozenset[Role], slots: Slots) -> Asked:
    """Whoever has these roles."""
    user = User(pk=WHO)
    user.__dict__["_roles"] = roles
    return Asked(user, slots)


Rows = Callable[[Asked, Row], QuerySet[Any]]


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """A value."""

    of: Callable[[Asked, Row], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """Cents, said as Money."""

    of: Callable[[Asked, Row], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Behind:
    """The row behind a foreign key that is never empty."""

    kind: str
    key: str


@dataclasses.dataclass(frozen=True, slots=True)
class One:
    """The first of some rows, if there is one; or the row behind one of its foreign keys."""

    kind: str
    rows: Rows
    behind: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Many:
    """All of some rows."""

    kind: str
    rows: Rows


@dataclasses.dataclass(frozen=True, slots=True)
class Paged:
    """The first page of some rows: as a connection, or as a bare list of its nodes."""

    kind: str
    rows: Rows
    is_list: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class ById:
    """The row of an identifier given as the argument `id`; without it, the ordinary way says why."""

    kind: str
    rows: Callable[[Asked, uuid.UUID], QuerySet[Any]]


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What Python says of a value of JSON: `read` makes of it a value, or what writers of `kind` know."""

    value: Callable[[Asked, Row], Any]
    read: Callable[[Any, Context], Any]
    kind: str = ""
    is_list: bool = False


Kind = Leaf | Amount | Behind | One | Many | Paged | ById | Said


def column(name: str) -> Leaf:
    return Leaf(lambda _asked, row: row(name))


def amount(name: str) -> Amount:
    return Amount(lambda _asked, row: row(name))


def moment(name: str) -> Leaf:
    return Leaf(lambda _asked, row: sql.Moment(row(name)))


def named(name: str) -> Leaf:
    return Leaf(lambda _asked, row: sql.Named(row(name)))


def columns(*names: str) -> Mapping[str, Leaf]:
    """Columns that have the name of their field, but for its case."""
    return {to_camel_case(name): column(name) for name in names}
