"""Our partners, as the départements we agreed with see them: the public fields of the directory, no other."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from commons.tenancy import current_schema
from federation.passplus.models import Partner
from federation.reciprocity.models import ListedPartner

# What a family may read of a partner anywhere. An IBAN, a file, a user are none of these.
SHOWN = (
    "kind",
    "activities",
    "description",
    "street",
    "postal_code",
    "town",
    "latitude",
    "longitude",
    "site",
    "email",
    "phone",
)


@transaction.atomic(durable=True)
def list_partner(*, partner: Partner, at: datetime.datetime) -> None:
    """Have the shared listing say what this département says of a partner."""
    _write([partner], at=at)


@transaction.atomic(durable=True)
def list_partners(*, at: datetime.datetime) -> int:
    """Have the shared listing say what this département says of its partners; how many changed."""
    return _write(list(Partner.objects.order_by("pk")), at=at)


def _write(partners: list[Partner], *, at: datetime.datetime) -> int:
    here = current_schema()
    known = {
        listed.public_id: listed
        for listed in ListedPartner.objects.filter(
            published_by=here, public_id__in=[partner.public_id for partner in partners]
        )
    }
    added, changed = [], []
    for partner in partners:
        said = _said(partner)
        listed = known.get(partner.public_id)
        if listed is None:
            added.append(
                ListedPartner(
                    published_by=here, public_id=partner.public_id, published_at=at, **said
                )
            )
        elif any(getattr(listed, name) != value for name, value in said.items()):
            for name, value in (said | {"published_at": at}).items():
                setattr(listed, name, value)
            changed.append(listed)
    ListedPartner.objects.bulk_create(added, ignore_conflicts=True)
    ListedPartner.objects.bulk_update(
        changed, ["name", "domains", "details", "ended_at", "published_at"], batch_size=500
    )
    return len(added) + len(changed)


def _said(partner: Partner) -> dict[str, Any]:
    details = {name: getattr(partner, name) for name in SHOWN}
    return {
        "name": partner.name,
        "domains": sorted(partner.domains),
        "details": {
            name: value if isinstance(value, int | float | list) else str(value)
            for name, value in details.items()
            if value not in (None, "")
        },
        "ended_at": partner.ended_at,
    }
