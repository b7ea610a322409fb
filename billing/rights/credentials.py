"""The keys of a source, sealed in its row. API Particulier is opened by one of two credentials.

Its own: a JWT that DINUM gave the département. The editor's: a JWT of Socle's publisher, with the
delegation that the département gave it (STANDARDS.md §1). API Impôt particulier is opened by a
client and its secret, and a teleservice's identifier that the DGFiP gave.
"""

from __future__ import annotations

import dataclasses
import json

from billing.rights.models import RightsSource
from commons import sealing

_PURPOSE = "rights.source"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParticulierCredentials:
    """A token; with a delegation it is the editor's, without one the département's own."""

    token: str
    delegation_id: str = ""

    def __repr__(self) -> str:
        return "ParticulierCredentials(…)"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImpotCredentials:
    """An OAuth2 client, and the teleservice it speaks for."""

    client_id: str
    client_secret: str
    teleservice_id: str

    def __repr__(self) -> str:
        return "ImpotCredentials(…)"


Credentials = ParticulierCredentials | ImpotCredentials


def sealed(credentials: Credentials) -> bytes:
    """As a row may hold them."""
    return sealing.seal(json.dumps(dataclasses.asdict(credentials)), purpose=_PURPOSE)


def _unsealed(source: RightsSource) -> dict[str, str]:
    found: dict[str, str] = json.loads(
        sealing.unseal(bytes(source.sealed_credentials), purpose=_PURPOSE)
    )
    return found


def of_particulier(source: RightsSource) -> ParticulierCredentials:
    """The keys of a source of this kind.

    :raises CannotUnseal: if they were sealed for another tenant, or by a forgotten secret
    """
    return ParticulierCredentials(**_unsealed(source))


def of_impot(source: RightsSource) -> ImpotCredentials:
    """The keys of a source of this kind.

    :raises CannotUnseal: if they were sealed for another tenant, or by a forgotten secret
    """
    return ImpotCredentials(**_unsealed(source))
