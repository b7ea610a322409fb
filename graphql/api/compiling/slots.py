"""Slots: the values of a statement that are known only when somebody asks.

Django makes SQL from values, not from names. So a query is made with values that nothing real has, and
where they come out among its parameters, a slot is.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps

from commons.models import TenantModel
from commons.school_calendar import school_year_of

if TYPE_CHECKING:
    from api.context import Context

WHO = 7_300_000_000_000_001
DAY = datetime.date(7919, 3, 5)
SCHOOL_YEAR = 7918  # of that day
_NUMBERS = 7_000_000_000
_IDENTIFIERS = 0x7919_0000_0000_7000_8000_0000_0000_0000
_TEXTS = "\u2983{}\u2984"  # brackets that nobody writes

_PLACES = re.compile(rf"%s|%%|\b{_NUMBERS // 1000}\d{{3}}\b")
_TABLES = re.compile(r'\b(FROM|JOIN) "(\w+)"')

_Sign = TypeVar("_Sign")
Reader = Callable[["Context", Mapping[str, Any]], Any]


class Slots:
    """The slots of one statement: what each reads, from a request and its variables."""

    def __init__(self) -> None:
        self._readers: dict[Any, Reader] = {
            WHO: lambda context, _variables: context.require_user().pk,
            DAY: lambda context, _variables: context.today,
            SCHOOL_YEAR: lambda context, _variables: school_year_of(context.today).start_year,
        }

    def number(self, read: Reader) -> int:
        """A whole number that stands for another; in a template too, written as it is."""
        return self._add(_NUMBERS + len(self._readers), read)

    def identifier(self, read: Reader) -> uuid.UUID:
        return self._add(uuid.UUID(int=_IDENTIFIERS + len(self._readers)), read)

    def text(self, read: Reader) -> str:
        return self._add(_TEXTS.format(len(self._readers)), read)

    def _add(self, sign: _Sign, read: Reader) -> _Sign:
        self._readers[sign] = read
        return sign

    def statement(self, sql: str, params: tuple[Any, ...]) -> Statement:
        """What Django made of a query, with a slot wherever a sign stands.

        :raises ValueError: if a day or an hour is fixed in it: it would be that of the first who asked
        """
        given = iter(params)
        fixed: dict[str, Any] = {}
        read: dict[str, Reader] = {}
        names: dict[Any, str] = {}

        def placed(match: re.Match[str]) -> str:
            if match[0] == "%%":
                return "%%"
            value = next(given) if match[0] == "%s" else int(match[0])
            reader = self._readers.get(value) if value.__hash__ else None
            if reader is None:
                if isinstance(value, datetime.date):
                    raise ValueError(f"a fixed day in a kept statement: {value}")
                name = f"p{len(fixed)}"
                fixed[name] = value
                return f"%({name})s"
            if value not in names:
                names[value] = f"s{len(names)}"
                read[names[value]] = reader
            return f"%({names[value]})s"

        text = _TABLES.sub(_qualified, _PLACES.sub(placed, sql))
        return Statement(text, fixed, tuple(read.items()))


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """A text whose tables are `tenant.…`, with its parameters: those that never change, and the slots."""

    text: str
    fixed: Mapping[str, Any]
    slots: tuple[tuple[str, Reader], ...]

    def parameters(self, context: Context, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Its parameters for one request."""
        found = dict(self.fixed)
        for name, read in self.slots:
            found[name] = read(context, variables)
        return found


def _qualified(match: re.Match[str]) -> str:
    table = match[2]
    return f"{match[1]} tenant.{table}" if table in _tenant_tables() else match[0]


@functools.cache
def _tenant_tables() -> frozenset[str]:
    """The tables of a tenant's schema."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(
        model._meta.db_table  # noqa: SLF001  Django's own way
        for model in models
        if issubclass(model, TenantModel)
    )
