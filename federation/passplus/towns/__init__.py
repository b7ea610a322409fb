"""Where the towns of Île-de-France are (README.md says from whom). No map, no call to anybody."""

from __future__ import annotations

import csv
import dataclasses
import functools
from decimal import Decimal
from pathlib import Path

from commons.normalisation import search_key

PATH = Path(__file__).with_name("ile-de-france.csv")
_SAINTS = {"st": "saint", "ste": "sainte"}


@dataclasses.dataclass(frozen=True, slots=True)
class Town:
    """A commune, and a point in the middle of it."""

    code: str
    name: str
    postal_codes: tuple[str, ...]
    latitude: Decimal
    longitude: Decimal

    @property
    def label(self) -> str:
        """`Nanterre (92)`: two towns may bear one name."""
        return f"{self.name} ({self.code[:2]})"


def towns() -> tuple[Town, ...]:
    """All of them, in the order of a directory."""
    return _read()[0]


def find_town(written: str) -> Town | None:
    """
    The town somebody wrote: its name, `Nanterre (92)`, `92000 Nanterre`, a postal code, or the beginning
    of one name alone. None when there is no such town, or several and nothing tells which.
    """
    words = [_SAINTS.get(word, word) for word in search_key(written).split()]
    figures = [word for word in words if word.isdecimal()]
    name = " ".join(word for word in words if not word.isdecimal())
    found = _named(name) if name else list(towns())
    for part in figures:
        found = [town for town in found if _is_there(town, part)]
    return found[0] if len(found) == 1 or (found and name and not figures) else None


def _named(name: str) -> list[Town]:
    """The towns of that very name, else those whose name begins so, if it is one alone."""
    by_name = _read()[1]
    if name in by_name:
        return by_name[name]
    begun = [key for key in by_name if key.startswith(name)]
    return by_name[begun[0]] if len(begun) == 1 else []


def _is_there(town: Town, figures: str) -> bool:
    return town.code.startswith(figures) or any(
        code.startswith(figures) for code in town.postal_codes
    )


@functools.cache
def _read() -> tuple[tuple[Town, ...], dict[str, list[Town]]]:
    with PATH.open(encoding="utf-8", newline="") as lines:
        found = [
            Town(
                code=row["code"],
                name=row["name"],
                postal_codes=tuple(row["postal_codes"].split()),
                latitude=Decimal(row["latitude"]),
                longitude=Decimal(row["longitude"]),
            )
            for row in csv.DictReader(lines)
        ]
    found.sort(key=lambda town: (search_key(town.name), town.code))
    by_name: dict[str, list[Town]] = {}
    for town in found:
        by_name.setdefault(search_key(town.name), []).append(town)
    return tuple(found), by_name
