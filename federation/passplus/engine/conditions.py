"""Conditions of eligibility: a boolean expression over facts (DOMAIN rule 35), with three answers.

A fact that is not known makes a condition unknown, not false (Kleene): `any` is true as soon as one of
its parts is, whatever the others; `all` is false as soon as one is. So a class may beat an age, and
nobody is refused for a document that has not come yet. Every leaf can say, in its own terms, why the
whole is not true.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from billing.field_reader import FieldReader
from billing.rule_files import Problem
from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector

DEEPEST = 6
Answer = bool | None  # None: not known


class Condition(Protocol):
    """A condition: its answer, the leaves that stand in its way, and itself as data again."""

    def holds(self, facts: Facts) -> Answer: ...

    def in_the_way(self, facts: Facts) -> Iterator[Leaf]: ...

    def as_dict(self) -> dict[str, Any]: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """One test of one fact."""

    kind: str
    fact: Fact
    value: Any

    def holds(self, facts: Facts) -> Answer:
        known = facts.value(self.fact)
        return None if known is None else _KINDS[self.kind].test(known, self.value)

    def in_the_way(self, facts: Facts) -> Iterator[Leaf]:
        if self.holds(facts) is not True:
            yield self

    def as_dict(self) -> dict[str, Any]:
        return {self.kind: _KINDS[self.kind].write(self.value)}


@dataclasses.dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Answer:
        answers = [part.holds(facts) for part in self.parts]
        if False in answers:
            return False
        return None if None in answers else True

    def in_the_way(self, facts: Facts) -> Iterator[Leaf]:
        for part in self.parts:
            yield from part.in_the_way(facts)

    def as_dict(self) -> dict[str, Any]:
        return {"all": [part.as_dict() for part in self.parts]}


@dataclasses.dataclass(frozen=True, slots=True)
class AnyOf:
    """One part at least holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> Answer:
        answers = [part.holds(facts) for part in self.parts]
        if True in answers:
            return True
        return None if None in answers else False

    def in_the_way(self, facts: Facts) -> Iterator[Leaf]:
        if self.holds(facts) is not True:
            for part in self.parts:
                yield from part.in_the_way(facts)

    def as_dict(self) -> dict[str, Any]:
        return {"any": [part.as_dict() for part in self.parts]}


@dataclasses.dataclass(frozen=True, slots=True)
class Born:
    """Born within `[first, last]`, both included: campaigns are told in years of birth."""

    first: datetime.date | None
    last: datetime.date | None

    def contains(self, day: datetime.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def as_dict(self) -> dict[str, str]:
        written = {"from": self.first, "to": self.last}
        return {name: day.isoformat() for name, day in written.items() if day is not None}


@dataclasses.dataclass(frozen=True, slots=True)
class _Kind:
    fact: Fact
    test: Callable[[Any, Any], bool]
    read: Callable[[FieldReader, str], Any]
    write: Callable[[Any], Any]


def _codes(reader: FieldReader, name: str) -> tuple[str, ...]:
    codes = []
    for rank, item in enumerate(reader.items(name, longest=100)):
        if not isinstance(item, str) or not item.strip() or len(item) > 60:
            reader.report("CODE_MISSPELT", f"{name}[{rank}]", value=str(item)[:40])
        else:
            codes.append(item)
    return tuple(codes)


def read_born(reader: FieldReader, name: str) -> Born:
    """Read days of birth, from one and to another, both included; one of them may be left open."""
    line = FieldReader(reader.raw(name), reader.at(name), reader.problems)
    first, last = line.date("from", required=False), line.date("to", required=False)
    line.close()
    if first is None and last is None:
        line.report("FIELD_MISSING", "from", field="from")
    elif first is not None and last is not None and last < first:
        line.report("PERIOD_EMPTY", "to", value=last.isoformat())
    return Born(first, last)


_KINDS: Mapping[str, _Kind] = {
    "home_in": _Kind(Fact.HOME, lambda known, codes: known in codes, _codes, list),
    "school_in": _Kind(Fact.SCHOOL, lambda known, codes: known in codes, _codes, list),
    "class_in": _Kind(
        Fact.CLASS_LEVEL,
        lambda known, levels: known in levels,
        lambda reader, name: reader.choices(name, ClassLevel),
        lambda levels: list(map(str, levels)),
    ),
    "born": _Kind(
        Fact.BIRTH_DATE,
        lambda known, born: born.contains(known),
        read_born,
        lambda born: born.as_dict(),
    ),
    "sector": _Kind(
        Fact.SECTOR,
        lambda known, sector: known == sector,
        lambda reader, name: reader.choice(name, Sector),
        str,
    ),
    "child_welfare": _Kind(
        Fact.CHILD_WELFARE,
        lambda known, expected: known == expected,
        lambda reader, name: reader.boolean(name),
        bool,
    ),
    "awarded_any": _Kind(
        Fact.AWARDED, lambda known, codes: bool(known.intersection(codes)), _codes, list
    ),
    "never_awarded": _Kind(
        Fact.AWARDED, lambda known, codes: not known.intersection(codes), _codes, list
    ),
}


def read_condition(
    data: object, place: str, problems: list[Problem], *, depth: int = 0
) -> Condition:
    """Read a condition: one key that says its kind. Problems are told, and the rest is still read."""
    reader = FieldReader(data, place, problems)
    if len(reader.data) != 1:
        reader.report("CONDITION_NOT_ONE", allowed=", ".join(("all", "any", *_KINDS)))
        return All(())
    (name,) = reader.data
    if name in ("all", "any"):
        if depth >= DEEPEST:
            reader.report("FILE_TOO_DEEP")
            return All(())
        parts = tuple(
            read_condition(item, f"{reader.at(name)}[{rank}]", problems, depth=depth + 1)
            for rank, item in enumerate(reader.items(name, longest=30))
        )
        return All(parts) if name == "all" else AnyOf(parts)
    kind = _KINDS.get(name)
    if kind is None:
        reader.report("CONDITION_UNKNOWN", name, value=name[:40], allowed=", ".join(_KINDS))
        return All(())
    return Leaf(name, kind.fact, kind.read(reader, name))
