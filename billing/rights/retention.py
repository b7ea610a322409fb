"""What is deleted when its time is over: traces of calls, documents, identities that serve no more."""

from __future__ import annotations

import datetime

from django.db import transaction

from billing.rights import documents
from billing.rights.models import RightsRequest, SourceCall
from commons import kept_documents

# DOMAIN §6.4: what was asked of API Particulier is traced for 36 months.
CALLS_KEPT_MONTHS = 36
# An identity kept to ask again a source that was down: no longer than this.
IDENTITY_KEPT = datetime.timedelta(days=7)


def purge(*, at: datetime.datetime) -> dict[str, int]:
    """Delete what is kept no longer; how many of each. Running it again changes nothing."""
    with transaction.atomic(durable=True):
        calls, _by_model = SourceCall.objects.filter(called_at__lt=_months_before(at)).delete()
        identities = (
            RightsRequest.objects.filter(sealed_identity__isnull=False, closed_at__isnull=True)
            .exclude(state=RightsRequest.State.ASKING)
            .filter(created_at__lt=at - IDENTITY_KEPT)
            .exclude(asked_at__gte=at - IDENTITY_KEPT)
            .update(sealed_identity=None)
        )
    return {
        "calls": calls,
        "identities": identities,
        "documents": documents.delete_ended(at=at),
        "orphans": kept_documents.sweep(at=at),
    }


def _months_before(at: datetime.datetime) -> datetime.datetime:
    years, day = CALLS_KEPT_MONTHS // 12, at.day
    if (at.month, day) == (2, 29):
        day = 28
    return at.replace(year=at.year - years, day=day)
