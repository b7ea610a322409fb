"""What indicators say of the current tenant. **Raw**: `federation.secrecy` protects it before it leaves.

An indicator has a table for each of its measures. Of a share it is that of the whole: its last dimension,
which bears the share's code, has the numerator and the rest under their total, the denominator. Whoever
protects it protects the three together. A measure that is the numerator of a share is in the share's table.

`by_role` tells protected tables by what they are in the indicator, and `from_roles` puts them back.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from billing.tariffs import queries as tariffs
from billing.tariffs.models import TariffVersion
from commons.normalisation import search_key
from commons.periods import Period
from commons.school_calendar import school_year_of
from federation.metrics import catalogue, statements
from federation.metrics.catalogue import Axis, Indicator, Kind, Measure
from federation.secrecy.tables import (
    TOTAL,
    Cell,
    Dimension,
    Key,
    ProtectedTable,
    Table,
)
from tenants.people import queries as people

PARIS = ZoneInfo("Europe/Paris")
NUMERATOR, DENOMINATOR, REST = "numerator", "denominator", "rest"
NOWHERE = "NONE"  # no collège: a département's own agents
_ROLES = (NUMERATOR, DENOMINATOR)
_CODES = {NUMERATOR: NUMERATOR, DENOMINATOR: TOTAL, REST: REST}  # of a share, by role


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """The collèges of the département: the commune of each, and the words of every code."""

    communes: Mapping[str, str]
    labels: Mapping[str, str]


def compute(indicator: Indicator, period: Period) -> tuple[Table, ...]:
    """
    The tables of an indicator over one of its periods, margins included, in the order of its measures.

    :raises ValueError: if the period is no month, or no school year, as the indicator wants
    """
    if indicator.grain.period(period.start) != period:
        raise ValueError(f"{indicator.code} is told by {indicator.grain}: {period}")
    places = _places()
    own = {} if all(m.within for m in indicator.measures) else _read(indicator, period, places)
    dimensions = tuple(_dimension(axis, places) for axis in indicator.axes)
    name = indicator.grain.period_name(period.start)
    if indicator.kind is Kind.SHARE:
        (measure,) = indicator.measures
        return (_whole(indicator, measure, dimensions, own, name),)
    found: list[Table] = []
    for role, measure in zip(_ROLES, indicator.measures, strict=False):
        if measure.within:
            found += compute(catalogue.indicator(measure.within), period)
        else:
            table = Table(
                measure.code, dimensions, own[role], indicator.rule, name, measure.additive
            )
            found.append(table)
    return tuple(found)


def _read(indicator: Indicator, period: Period, places: Places) -> dict[str, dict[Key, Cell]]:
    """The cells that the indicator's statement finds, by role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.NO_NESTED_LOOPS)
        cursor.execute(statements.statement(indicator), _asked(indicator, period, places))
        rows = cursor.fetchall()
        cursor.execute(statements.NESTED_LOOPS)
    width = len(indicator.axes)
    cells: dict[str, dict[Key, Cell]] = {NUMERATOR: {}, DENOMINATOR: {}, REST: {}}
    for row in rows:
        key, told = tuple(row[:width]), row[width:]
        for rank, role in zip(range(0, len(told), 3), cells, strict=False):
            value, units, largest = told[rank : rank + 3]
            if units:
                cells[role][key] = Cell(value, units, largest)
    return cells


def _whole(
    indicator: Indicator,
    measure: Measure,
    dimensions: tuple[Dimension, ...],
    cells: Mapping[str, Mapping[Key, Cell]],
    name: str,
) -> Table:
    together = {
        (*key, code): cell for role, code in _CODES.items() for key, cell in cells[role].items()
    }
    parts = _parts(indicator.code)
    return Table(
        measure.code, (*dimensions, parts), together, indicator.rule, name, measure.additive
    )


def _parts(share: str) -> Dimension:
    return Dimension(share, {NUMERATOR: TOTAL, REST: TOTAL, TOTAL: None})


def _slices(indicator: Indicator) -> list[tuple[str, dict[str, str]]]:
    """Of each table of `compute`: the share it is of, if it is of one, and what its codes are here."""
    if indicator.kind is Kind.SHARE:
        return [(indicator.code, dict(_CODES))]
    return [
        (
            measure.within,
            {role: NUMERATOR, f"{role}:whole": TOTAL, f"{role}:rest": REST}
            if measure.within
            else {role: ""},
        )
        for role, measure in zip(_ROLES, indicator.measures, strict=False)
    ]


_Told = TypeVar("_Told", Table, ProtectedTable)


def by_role(indicator: Indicator, tables: Sequence[_Told]) -> dict[str, _Told]:
    """
    The tables of `compute`, protected or not, by role: all over the dimensions of the indicator.

    Besides `numerator` and `denominator` there is what is left of a share (`rest`), and of a measure that
    is in a share's table what goes with it (`numerator:whole`, `numerator:rest`).
    """
    found: dict[str, _Told] = {}
    for table, (share, roles) in zip(tables, _slices(indicator), strict=True):
        for role, code in roles.items():
            found[role] = _sliced(table, code) if share else table
    return found


def _sliced(table: _Told, code: str) -> _Told:
    cells: Any = {key[:-1]: cell for key, cell in table.cells.items() if key[-1] == code}
    return dataclasses.replace(table, dimensions=tuple(table.dimensions)[:-1], cells=cells)


def from_roles(indicator: Indicator, told: Mapping[str, _Told]) -> tuple[_Told, ...]:
    """What `by_role` took apart, as it was."""
    found: list[_Told] = []
    for share, roles in _slices(indicator):
        first = told[next(iter(roles))]
        found.append(_joined(share, roles, told) if share else first)
    return tuple(found)


def _joined(share: str, roles: Mapping[str, str], told: Mapping[str, Any]) -> Any:
    """The table of a share, of its parts: tables to protect, or protected ones."""
    cells = {
        (*key, code): cell for role, code in roles.items() for key, cell in told[role].cells.items()
    }
    first = told[next(iter(roles))]
    return dataclasses.replace(first, dimensions=(*first.dimensions, _parts(share)), cells=cells)


def labels(indicator: Indicator) -> dict[str, dict[str, str]]:
    """The French words of every code, by dimension; those of places are the current tenant's."""
    places = _places()
    return {
        axis.name: {
            TOTAL: "Ensemble",
            **(places.labels if axis.is_of_places else axis.codes),
        }
        for axis in indicator.axes
    }


def _places() -> Places:
    communes, labels = {}, {NOWHERE: "Hors collège"}
    for college in people.colleges():
        town = search_key(college.city).upper().replace(" ", "-")
        communes[college.uai] = f"COM-{town or NOWHERE}"
        labels[college.uai] = college.name
        labels[communes[college.uai]] = college.city or "Commune inconnue"
    return Places(communes, labels)


def _dimension(axis: Axis, places: Places) -> Dimension:
    if not axis.is_of_places:
        return Dimension(axis.name, {**dict.fromkeys(axis.codes, TOTAL), TOTAL: None})
    towns = dict.fromkeys(places.communes.values(), TOTAL)
    return Dimension(axis.name, {**places.communes, **towns, NOWHERE: TOTAL, TOTAL: None})


def _asked(indicator: Indicator, period: Period, places: Places) -> dict[str, Any]:
    assert period.end is not None
    midnight = datetime.time()
    costs = _costs() if "%(costs)s" in statements.statement(indicator) else {}
    return {
        "tariff_versions": list(costs),
        "costs": list(costs.values()),
        "first_day": period.start,
        "end_day": period.end,
        "last_day": period.end - datetime.timedelta(days=1),
        "first_moment": datetime.datetime.combine(period.start, midnight, PARIS),
        "end_moment": datetime.datetime.combine(period.end, midnight, PARIS),
        "school_year": school_year_of(period.start).start_year,
        "uais": list(places.communes),
        "communes": list(places.communes.values()),
    }


def _costs() -> dict[int, int]:
    """What a meal costs the département in cents, by version of a tariff, where it is stated."""
    stated = {
        version.pk: tariffs.definition_of(version).cost_cents
        for version in TariffVersion.objects.order_by("pk")
    }
    return {version: cents for version, cents in stated.items() if cents is not None}
