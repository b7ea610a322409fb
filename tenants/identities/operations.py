"""Acts on identities: the doors of the room. What each does is in the module that its name points to."""

from __future__ import annotations

import datetime

from tenants.identities import attempts
from tenants.identities.attempts import Taken
from tenants.identities.claims import Claims
from tenants.identities.configuring import (
    ProviderAlreadyOpen,
    ProviderInvalid,
    WayImpossible,
    close_provider,
    follow_metadata,
    open_educonnect,
    open_franceconnect,
    renew_key,
    replace_secret,
    set_way,
)
from tenants.identities.departements import arrive as arrive_from_departement
from tenants.identities.departements import (
    end_told_sessions,
    link,
    renew_client_key,
    trust,
    unlink,
)
from tenants.identities.linking import (
    Arrival,
    arrive,
    decide,
    forget_unproved,
    prove_by_code,
    prove_by_paper,
    refuse,
)

__all__ = (
    "Arrival",
    "Claims",
    "ProviderAlreadyOpen",
    "ProviderInvalid",
    "Taken",
    "WayImpossible",
    "arrive",
    "arrive_from_departement",
    "close_provider",
    "decide",
    "end_told_sessions",
    "follow_metadata",
    "link",
    "open_educonnect",
    "open_franceconnect",
    "prove_by_code",
    "prove_by_paper",
    "purge",
    "refuse",
    "renew_client_key",
    "renew_key",
    "replace_secret",
    "set_way",
    "trust",
    "unlink",
)


def purge(*, at: datetime.datetime) -> int:
    """Delete sign-ins and assertions that expired, and close requests nobody proved; how many."""
    return attempts.forget(at=at) + forget_unproved(at=at)
