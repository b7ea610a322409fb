"""The clients of the sources: who answers a question is said here."""

from __future__ import annotations

from billing.rights.models import RightsSource
from billing.rights.sources.api_impot import ApiImpot
from billing.rights.sources.api_particulier import ApiParticulier
from billing.rights.sources.throttle import Throttle


def family_source(source: RightsSource) -> ApiParticulier:
    """Where the CAF and the MSA are asked."""
    return ApiParticulier.of(source)


def tax_source(source: RightsSource) -> ApiImpot:
    """Where the tax office is asked."""
    return ApiImpot.of(source)


def throttle_of(source: RightsSource) -> Throttle:
    """How often a source may be asked."""
    return Throttle(str(source.public_id))
