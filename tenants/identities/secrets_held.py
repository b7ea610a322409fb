"""The secret of a provider, sealed in its row: a client's secret, or a private key in PEM."""

from __future__ import annotations

from commons import sealing
from tenants.identities.models import IdentityProvider

_PURPOSE = "identities.provider"


def sealed(secret: str) -> bytes:
    """As a row may hold it."""
    return sealing.seal(secret, purpose=_PURPOSE)


def secret_of(provider: IdentityProvider) -> str:
    """The secret.

    :raises CannotUnseal: if it was sealed for another tenant, or by a forgotten secret
    """
    return sealing.unseal(bytes(provider.sealed_secret), purpose=_PURPOSE)
