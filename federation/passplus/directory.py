"""The directory of partners, open to all: by name or activity, by domain, and how far from a town.

Distances are on a plane tangent to the town: over the width of Île-de-France they are within one part
in a thousand of those of the sphere, and a town is a point anyway. A partner is where it says, else in
the middle of its town; one of which neither is known comes last.
"""

from __future__ import annotations

import dataclasses
import math
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Case, F, FloatField, QuerySet, Value, When
from django.db.models.functions import Cast, Sqrt

from commons.errors import DomainError, NotFound
from commons.normalisation import search_key
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner
from federation.passplus.towns import Town, find_town

METRES_A_DEGREE = 6_371_008.8 * math.pi / 180
PAGE = 20
MOST_WORDS = 6
FARTHEST_KM = 200


class TownUnknown(DomainError):
    """No town of Île-de-France bears this name or this postal code, or several do."""

    code = "PASSPLUS_TOWN_UNKNOWN"


def town_written(written: str) -> Town:
    """
    The town somebody wrote.

    :raises TownUnknown: if there is none, or several and nothing tells which
    """
    found = find_town(written)
    if found is None:
        raise TownUnknown(field="near")
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for. All may be empty."""

    text: str = ""
    domain: Domain | None = None
    near: Town | None = None
    within_km: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page of the answer, and how many there are in all."""

    partners: list[Partner]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def partners_found(search: Search) -> QuerySet[Partner]:
    """The partners somebody looks for, in their order; near a town, each with `metres`, or None."""
    rows = Partner.objects.filter(ended_at__isnull=True)
    for word in search_key(search.text).split()[:MOST_WORDS]:
        rows = rows.filter(search_key__contains=word)
    if search.domain is not None:
        rows = rows.filter(domains__contains=[search.domain.value])
    if search.near is None:
        return rows.order_by("sort_key", "pk")
    rows = rows.annotate(metres=_metres_from(search.near))
    if search.within_km is not None:
        rows = rows.filter(metres__lte=1000 * min(search.within_km, FARTHEST_KM))
    return rows.order_by(F("metres").asc(nulls_last=True), "sort_key", "pk")


def search_partners(search: Search, *, page: int = 1) -> Found:
    """One page of the partners somebody looks for; a page too far is the last."""
    rows = partners_found(search)
    count = rows.count()
    page = max(1, min(page, -(-count // PAGE)))
    return Found(list(rows[(page - 1) * PAGE : page * PAGE]), count, page)


def access_listed_partner(public_id: uuid.UUID) -> Partner:
    """
    A partner of the directory, for anybody.

    :raises NotFound: if it is absent, or affiliated no more
    """
    found = Partner.objects.filter(public_id=public_id, ended_at__isnull=True).first()
    if found is None:
        raise NotFound(partner=str(public_id))
    return found


def listed_partners(public_ids: Collection[uuid.UUID]) -> list[Partner]:
    """Those of some partners that the directory lists."""
    return list(Partner.objects.filter(public_id__in=public_ids, ended_at__isnull=True))


def _metres_from(town: Town) -> Any:
    """How far a partner is: null when nobody knows."""
    latitude, longitude = float(town.latitude), float(town.longitude)
    north = (Cast("latitude", FloatField()) - Value(latitude)) * Value(METRES_A_DEGREE)
    east = (Cast("longitude", FloatField()) - Value(longitude)) * Value(
        METRES_A_DEGREE * math.cos(math.radians(latitude))
    )
    return Case(
        When(latitude__isnull=False, then=Sqrt(north * north + east * east)),
        default=None,
        output_field=FloatField(),
    )
