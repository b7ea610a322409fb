"""Reading the fields of a rule, gathering every problem instead of stopping at the first.

A value of the wrong sort gives a `Problem` and a harmless stand-in, so that the rest of the rule is
still read; the caller refuses the whole when `problems` is not empty. Decimals are accepted as
`Decimal`, integer or text, never as float.
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from billing.rule_files import Problem

EnumT = TypeVar("EnumT", bound=enum.StrEnum)
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


class FieldReader:
    """One mapping of a rule, read field by field."""

    def __init__(self, data: object, place: str, problems: list[Problem]) -> None:
        self.place = place
        self.problems = problems
        self._read: set[str] = set()
        self.data: Mapping[str, Any] = {}
        if isinstance(data, Mapping):
            self.data = data
        else:
            self.report("NOT_A_MAPPING")

    def at(self, name: str) -> str:
        """The path of a field."""
        if not name:
            return self.place
        return f"{self.place}.{name}" if self.place else name

    def report(self, code: str, name: str = "", **values: str | int) -> None:
        self.problems.append(Problem(code, place=self.at(name), values=values))

    def raw(self, name: str, *, required: bool = True) -> Any:
        self._read.add(name)
        value = self.data.get(name)
        if value is None and required:
            self.report("FIELD_MISSING", name, field=name)
        return value

    def decimal(
        self, name: str, *, required: bool = True, places: int = 12, signed: bool = False
    ) -> Decimal | None:
        """A number that is not negative unless `signed`, with at most `places` decimals."""
        value = self.raw(name, required=required)
        if value is None:
            return None
        number = _as_decimal(value)
        if number is None:
            self.report("NOT_A_NUMBER", name, field=name, value=str(value)[:40])
            return None
        if number < 0 and not signed:
            self.report("NEGATIVE", name, field=name, value=str(value))
            return None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            self.report("TOO_MANY_DECIMALS", name, field=name, places=places, value=str(value))
            return None
        return number

    def cents(self, name: str, *, required: bool = True) -> int | None:
        """An amount written in euros, as cents."""
        euros = self.decimal(name, required=required, places=2)
        return None if euros is None else int(euros.scaleb(2))

    def signed_cents(self, name: str) -> int | None:
        """A change written in euros, more or less, as cents."""
        euros = self.decimal(name, places=2, signed=True)
        return None if euros is None else int(euros.scaleb(2))

    def boolean(self, name: str, *, default: bool | None = None) -> bool:
        value = self.raw(name, required=default is None)
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.report("NOT_YES_OR_NO", name, field=name, value=str(value)[:40])
            return bool(default)
        return value

    def integer(self, name: str, *, lowest: int, highest: int) -> int:
        value = self.raw(name)
        if value is None:
            return lowest
        if isinstance(value, bool) or not isinstance(value, int):
            self.report("NOT_AN_INTEGER", name, field=name, value=str(value)[:40])
            return lowest
        if not lowest <= value <= highest:
            self.report("OUT_OF_RANGE", name, field=name, lowest=lowest, highest=highest)
            return lowest
        return value

    def text(self, name: str, *, required: bool = True, longest: int = 4000) -> str:
        value = self.raw(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            self.report("NOT_A_TEXT", name, field=name)
            return ""
        return value.strip()

    def date(self, name: str, *, required: bool = True) -> datetime.date | None:
        value = self.raw(name, required=required)
        if value is None or isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            self.report("NOT_A_DATE", name, field=name, value=str(value)[:40])
            return None

    def choice(self, name: str, choices: type[EnumT], *, default: EnumT | None = None) -> EnumT:
        first = next(iter(choices))
        value = self.raw(name, required=default is None)
        if value is None:
            return default or first
        try:
            return choices(value)
        except ValueError:
            allowed = ", ".join(choices)
            self.report("NOT_A_CHOICE", name, field=name, value=str(value)[:40], allowed=allowed)
            return default or first

    def choices(
        self, name: str, choices: type[EnumT], *, required: bool = True, longest: int = 30
    ) -> tuple[EnumT, ...]:
        """A list of values among some."""
        known = set(map(str, choices))
        allowed = ", ".join(choices)
        found = []
        for rank, item in enumerate(self.items(name, required=required, longest=longest)):
            if isinstance(item, str) and item in known:
                found.append(choices(item))
            else:
                place = f"{name}[{rank}]"
                self.report(
                    "NOT_A_CHOICE", place, field=place, value=str(item)[:40], allowed=allowed
                )
        return tuple(found)

    def items(self, name: str, *, required: bool = True, longest: int = 200) -> list[Any]:
        value = self.raw(name, required=required)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > longest:
            self.report("NOT_A_LIST", name, field=name, longest=longest)
            return []
        if required and not value:
            self.report("LIST_EMPTY", name, field=name)
        return value

    def close(self) -> None:
        """Report the fields nobody read: a misspelt rule must not be a silent one."""
        for name in self.data:
            if name not in self._read:
                self.report("FIELD_UNKNOWN", str(name), field=str(name)[:60])


def _as_decimal(value: object) -> Decimal | None:
    if isinstance(value, bool | float):
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL_TEXT.fullmatch(value):
        return Decimal(value)
    return None
