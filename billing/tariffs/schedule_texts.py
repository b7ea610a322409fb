"""A schedule written for people: its YAML text, and what differs between two schedules.

`load_schedule_text(schedule_text(schedule)) == schedule`. A difference names the line by its path in
the file; amounts and decimals are texts, as in the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from billing.tariffs.schedule_files import ScheduleFile

# What a file writes without quotes: amounts in euros and factors, which the reader takes as decimals.
_NUMBERS = frozenset(
    {
        "cap", "change", "coefficient", "cost", "factor", "floor", "from", "full_price", "max",
        "min", "price", "rounding", "to", "without_proof_price",
    }
)  # fmt: skip
_LINE = frozenset({"from", "to", "price"})


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One line that differs. `before` is None for what is new, `after` for what is gone."""

    place: str
    before: str | None
    after: str | None


class _Number(str):
    """Digits that are written as they stand."""

    __slots__ = ()


class _Line(dict[str, Any]):
    """A line of a grid, written on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes numbers without quotes, and a line of a grid on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002  the library's own signature
        return super().increase_indent(flow, indentless=False)


def _write_number(dumper: yaml.SafeDumper, data: _Number) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(data))


def _write_line(dumper: yaml.SafeDumper, data: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


_Dumper.add_representer(_Number, _write_number)
_Dumper.add_representer(_Line, _write_line)


def schedule_text(schedule: ScheduleFile) -> str:
    """The schedule as a YAML file, in canonical form."""
    body = yaml.dump(
        _written(schedule.as_dict()), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
    )
    return f"# yaml-language-server: $schema=schedule.schema.json\n{body}"


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        fields = {
            name: _Number(item) if _is_number(name, item) else _written(item)
            for name, item in value.items()
        }
        return _Line(fields) if fields and set(fields) <= _LINE else fields
    return [_written(item) for item in value] if isinstance(value, list) else value


def _is_number(name: str, value: object) -> bool:
    return (
        name in _NUMBERS and isinstance(value, str) and value.lstrip("-").replace(".", "").isdigit()
    )


def differences(before: ScheduleFile, after: ScheduleFile) -> tuple[Change, ...]:
    """What changes from one schedule to another, line by line, in the order of the file."""
    old, new = (dict(_lines(schedule.as_dict(), "")) for schedule in (before, after))
    places = [*old, *(place for place in new if place not in old)]
    return tuple(
        Change(place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    )


def _lines(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _lines(item, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for rank, item in enumerate(value):
            yield from _lines(item, f"{place}[{rank}]")
    elif value is not None:
        yield place, str(value).lower() if isinstance(value, bool) else str(value)
