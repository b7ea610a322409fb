"""What we hold about a person, told to that person (RGPD, art. 15 and 20).

Each room says what it holds: `holds` registers a collector, with why it is kept and the models it
reads. A collector answers for one account and reads nothing of anybody else: what a person does not
see on their pages is not in their file either. A test fails for a model about people that no room
hands over and nobody said why.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.functional import Promise

Record = dict[str, Any]
Collector = Callable[[Any], Iterable[Record]]  # of the account of the person


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A kind of data: how it is called, why it is kept, which models it reads, how."""

    name: str | Promise
    why: str | Promise
    models: tuple[str, ...]
    collect: Collector


@dataclasses.dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one kind about one person."""

    name: str
    why: str
    records: tuple[Record, ...]


_sources: list[Source] = []


def holds(
    name: str | Promise, *, why: str | Promise, reads: Sequence[str]
) -> Callable[[Collector], Collector]:
    """Register a collector. `reads` names models as "app.Model"."""

    def register(collect: Collector) -> Collector:
        _sources.append(Source(name=name, why=why, models=tuple(reads), collect=collect))
        return collect

    return register


def handed_models() -> frozenset[str]:
    """The models some collector reads."""
    return frozenset(model for source in _sources for model in source.models)


def everything_about(user: Any) -> tuple[Holding, ...]:
    """All that is held about a person, kind by kind; kinds with nothing are there, and empty."""
    return tuple(
        Holding(name=str(one.name), why=str(one.why), records=tuple(one.collect(user)))
        for one in _sources
    )


def record_of(row: models.Model, *fields: str, **more: Any) -> Record:
    """The fields of a row under their French names, in values any program reads.

    Dates are ISO 8601, cents are euros written `12.40`, choices are their labels. `more` comes first.
    """
    return {**more, **{_label(row, name): _value(row, name) for name in fields}}


def euros(cents: int) -> str:
    """`12.40`: for programs, not for people."""
    return str(decimal.Decimal(cents).scaleb(-2).quantize(decimal.Decimal("0.01")))


def _label(row: models.Model, name: str) -> str:
    return str(_field(row, name).verbose_name)


def _field(row: models.Model, name: str) -> models.Field[Any, Any]:
    field = row._meta.get_field(name)  # noqa: SLF001
    assert isinstance(field, models.Field)
    return field


def _value(row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    field = _field(row, name)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if name.endswith("_cents"):
        return None if value is None else euros(value)
    if isinstance(value, datetime.date):  # and datetime
        return value.isoformat()
    if isinstance(value, models.Model | decimal.Decimal | Promise):
        return str(value)
    return value
