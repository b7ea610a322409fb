"""A partner of the directory, for whoever comes to a door."""

from __future__ import annotations

from typing import Any

from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.operations import PartnerDetails
from federation.passplus.towns import find_town
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tariffs import ACTOR

# What of partners is open to all.
OPEN = {
    # Where the people of a partner sign in, and the script that keeps their page on a phone.
    "portal:partner-sign-in",
    "portal:partner-offline-worker",
    "portal:partner",
    "portal:partner-apply",
    "portal:partner-directory",
    "query.partner",
    "query.partners",
}


def partners() -> dict[str, Any]:
    """One partner, with a page."""
    town = find_town("Nanterre")
    assert town is not None
    partner = operations.change_partner(
        partner=make_partner(),
        name="Judo Club",
        domains=[Domain.SPORT],
        details=PartnerDetails(
            activities="Judo",
            postal_code="92000",
            town=town.name,
            latitude=town.latitude,
            longitude=town.longitude,
        ),
        actor=ACTOR,
        at=AUTUMN,
    )
    return {"partner": partner}
