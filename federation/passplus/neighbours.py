"""The partners of neighbours that take our cards: what their département lists, where an agreement opens it.

PostgreSQL shows the rows of those agreements alone; of each partner, only the domains they open count.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Collection

from commons.normalisation import search_key
from federation.passplus.directory import METRES_A_DEGREE, MOST_WORDS, Search
from federation.passplus.engine import spending
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import ListedPartner
from tenants.registry.models import Departement

SHOWN = 10


@dataclasses.dataclass(frozen=True, slots=True)
class NeighbourPartner:
    """A partner of a neighbour, as a family of here may read it."""

    row: ListedPartner
    departement: Departement
    domains: tuple[str, ...]
    metres: float | None

    def detail(self, name: str) -> str:
        """A line of its sheet; nothing when its département says nothing."""
        return str(self.row.details.get(name, ""))


def neighbours_found(
    search: Search, *, at: datetime.datetime, most: int = SHOWN
) -> list[NeighbourPartner]:
    """The first partners of neighbours that somebody looks for: the nearest, or by name."""
    opened = reciprocity.domains_open_there(on=spending.day_of(at))
    if not opened:
        return []
    wanted = search_key(search.text).split()[:MOST_WORDS]
    found = [
        one
        for row in reciprocity.listed_partners(at=at).filter(published_by__in=list(opened))
        if (one := _read(row, opened[row.published_by], search)) and _speaks_of(row, wanted)
    ]
    if search.near is not None:
        if search.within_km is not None:
            within = 1000 * search.within_km
            found = [one for one in found if one.metres is not None and one.metres <= within]
        found.sort(key=lambda one: math.inf if one.metres is None else one.metres)
    return found[:most]


def _read(row: ListedPartner, opened: Collection[str], search: Search) -> NeighbourPartner | None:
    departement = reciprocity.neighbour_of(row.published_by)
    domains = tuple(domain for domain in row.domains if domain in opened)
    if departement is None or not domains:
        return None
    if search.domain is not None and search.domain.value not in domains:
        return None
    return NeighbourPartner(row, departement, domains, _metres(row, search))


def _speaks_of(row: ListedPartner, words: Collection[str]) -> bool:
    said = search_key(
        f"{row.name} {row.details.get('activities', '')} {row.details.get('town', '')}"
    )
    return all(word in said for word in words)


def _metres(row: ListedPartner, search: Search) -> float | None:
    """As `directory` measures, on a plane tangent to the town."""
    if search.near is None or "latitude" not in row.details:
        return None
    latitude, longitude = float(search.near.latitude), float(search.near.longitude)
    north = (float(row.details["latitude"]) - latitude) * METRES_A_DEGREE
    east = float(row.details["longitude"]) - longitude
    return math.hypot(north, east * METRES_A_DEGREE * math.cos(math.radians(latitude)))
