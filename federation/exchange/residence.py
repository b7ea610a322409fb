"""Who goes to school here and lives elsewhere: the count of article L. 213-8, and what it would come to.

The article lets a participation be asked of the département of residence when a tenth at least of a collège's
pupils live there; its amount is what the two agreed on. We read the tenth of each département of residence
by itself: of several that make a tenth together, none could be asked alone. What is returned here is of
children, for this département's own eyes: what is shared of it goes through statistical secrecy.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from functools import cache
from pathlib import Path

from django.db import connection

from commons.tenancy import require_tenant
from federation.agreements.reading import name_of, other_party
from federation.exchange import queries
from tenants.registry import directory

SQL = Path(__file__).with_name("sql") / "residents.sql"
LEAST_PERCENT = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Residents:
    """The pupils of a collège who live in a département; `residence` is '' when nobody knows."""

    college: uuid.UUID
    uai: str
    name: str
    residence: str
    pupils: int
    of_college: int

    @property
    def reaches_tenth(self) -> bool:
        """Whether they are a tenth of the collège at least."""
        return self.pupils * 100 >= self.of_college * LEAST_PERCENT


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """What a département of residence would give by the agreement: a statement, nothing is paid by it."""

    schema: str
    departement: str
    colleges: tuple[Residents, ...]
    pupil_cents: int

    @property
    def pupils(self) -> int:
        return sum(one.pupils for one in self.colleges)

    @property
    def cents(self) -> int:
        return self.pupils * self.pupil_cents


def residents(*, on: datetime.date) -> list[Residents]:
    """The pupils of each public collège by where they live, those of this département included."""
    with connection.cursor() as cursor:
        cursor.execute(_text(), {"on": on})
        return [Residents(*row) for row in cursor.fetchall()]


def residents_elsewhere(*, on: datetime.date) -> list[Residents]:
    """The same, of those who live in another département."""
    here = require_tenant().code
    return [one for one in residents(on=on) if one.residence not in {"", here}]


def owed_to_us(*, on: datetime.date) -> list[Owed]:
    """What each département that agreed on an amount would give us, of the collèges where it may be asked."""
    elsewhere = [one for one in residents_elsewhere(on=on) if one.reaches_tenth]
    codes = {one.schema_name: one.code for one in directory.neighbours()}
    found = []
    for agreement in queries.agreements_in_force(on=on):
        schema = other_party(agreement)
        if agreement.pupil_cents is None or schema not in codes:
            continue
        of_them = tuple(one for one in elsewhere if one.residence == codes[schema])
        found.append(Owed(schema, name_of(schema), of_them, agreement.pupil_cents))
    return sorted(found, key=lambda owed: owed.departement)


@cache
def _text() -> str:
    return SQL.read_text(encoding="utf-8")
