"""What is known of a young person, and how: proved by data or a document, declared, or not at all."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
from collections.abc import Callable, Mapping
from typing import Any


class ClassLevel(enum.StrEnum):
    """The class of a pupil, as the feed tells it, from 6e to the end of lycée."""

    SIXTH = "6E"
    FIFTH = "5E"
    FOURTH = "4E"
    THIRD = "3E"
    SECOND = "2DE"
    FIRST = "1RE"
    LAST = "TLE"
    CAP = "CAP"
    SPECIALISED = "ULIS_EREA_IME"  # specialised institutions, whatever their classes


class Sector(enum.StrEnum):
    """Who runs the school."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class Fact(enum.StrEnum):
    """The facts that a condition may read."""

    BIRTH_DATE = "birth_date"
    HOME = "home"
    SCHOOL = "school"
    CLASS_LEVEL = "class_level"
    SECTOR = "sector"
    CHILD_WELFARE = "child_welfare"
    BURSARY = "bursary"
    AWARDED = "awarded"


_FACTS = tuple(Fact)
_NAMES = tuple(fact.value for fact in Fact)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A young person as a campaign sees them; `None` is "not known", which is neither yes nor no.

    `home` and `school` are codes of départements ("92"). `child_welfare` says whether they are
    followed by the *aide sociale à l'enfance*, `bursary` whether they hold a national bursary.
    `awarded` are the codes of the schemes they were ever granted. `proved` names the facts that data
    or an accepted document establish: the others are what the family declares.
    """

    birth_date: datetime.date | None = None
    home: str | None = None
    school: str | None = None
    class_level: ClassLevel | None = None
    sector: Sector | None = None
    child_welfare: bool | None = None
    bursary: bool | None = None
    awarded: frozenset[str] | None = None
    proved: frozenset[Fact] = frozenset()

    def value(self, fact: Fact) -> Any:
        """What is known of a fact, declared or proved; `None` when nothing is."""
        return getattr(self, fact.value)

    def only_proved(self) -> Facts:
        """The same person, without what is only declared; themselves, if nothing is."""
        declared = [fact for fact in _FACTS if fact not in self.proved]
        hidden = {fact.value: None for fact in declared if getattr(self, fact.value) is not None}
        if not hidden:
            return self
        return dataclasses.replace(self, **hidden)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Any]:
        """What is known and what is proved, as data: what a grant keeps to explain itself."""
        written: dict[str, Any] = {}
        for name in _NAMES:
            value = getattr(self, name)
            if value is not None:
                written[name] = _written(value)
        written["proved"] = list(_sorted(self.proved))
        return written


def read_facts(data: Mapping[str, Any]) -> Facts:
    """What `as_dict` wrote."""
    values = dict(data)
    proved = frozenset(map(Fact, values.pop("proved")))
    return Facts(
        **{name: _READ.get(name, lambda v: v)(v) for name, v in values.items()}, proved=proved
    )


@functools.lru_cache(maxsize=1_000)
def _sorted(facts: frozenset[Fact]) -> tuple[str, ...]:
    return tuple(sorted(fact.value for fact in facts))


def _written(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "birth_date": datetime.date.fromisoformat,
    "class_level": ClassLevel,
    "sector": Sector,
    "awarded": frozenset,
}
