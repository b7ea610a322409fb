"""Somebody to recognise, and somebody recognised, for the matrix."""

from __future__ import annotations

import datetime
from typing import Any

from tenants.identities import operations
from tenants.identities.models import LinkRequest
from tenants.people.models import Guardian
from tests.factories.canteen import Family
from tests.factories.identities import make_claims, make_franceconnect_at


def recognised(family: Family, other: Family, *, at: datetime.datetime) -> dict[str, Any]:
    """One of two parents, left to the secretary of their child's collège; another mother, known."""
    make_franceconnect_at("http://127.0.0.1:1", at=at)
    for rank, guardian in enumerate((*family.guardians, *other.guardians)):
        Guardian.objects.filter(pk=guardian.pk).update(jointure_id=f"{9000 + rank}")
    known = other.guardians[0]
    operations.arrive(
        claims=_claims("known", known, keys=(f"{9000 + len(family.guardians)}",)), at=at
    )
    left = operations.arrive(
        claims=_claims("several", family.guardians[0], keys=("9000", "9001")), at=at
    ).request
    assert isinstance(left, LinkRequest)
    candidate = left.candidates.order_by("pk").first()
    return {"link_request": left, "candidate": candidate}


def _claims(subject: str, guardian: Guardian, *, keys: tuple[str, ...]) -> Any:
    return make_claims(
        kind="EDUCONNECT",
        subject=subject,
        last_names=(guardian.last_name,),
        first_names=(guardian.first_name,),
        join_keys=keys,
    )
