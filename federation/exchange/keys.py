"""Our secrets for one agreement, sealed in our own tables (docs/adr/0030). Drawn when we sign."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from commons import sealing
from federation.exchange import blinding, enveloping
from federation.exchange.models import AgreementKey

_OPENS = "exchange: private key"
_SHARE = "exchange: share"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """In memory, for as long as an act lasts."""

    private_key: bytes
    share: bytes


def draw(agreement: uuid.UUID, *, at: datetime.datetime) -> str:
    """Draw our secrets for an agreement; the public half, for the signature. Inside a transaction."""
    key = enveloping.draw_key()
    AgreementKey.objects.create(
        agreement=agreement,
        sealed_private_key=sealing.seal_bytes(key.private_bytes_raw(), purpose=_OPENS),
        sealed_share=sealing.seal_bytes(blinding.draw_share(), purpose=_SHARE),
        drawn_at=at,
    )
    return key.public_key().public_bytes_raw().hex()


def secrets_of(agreement: uuid.UUID) -> Secrets:
    """Our secrets for an agreement that we signed."""
    row = AgreementKey.objects.get(agreement=agreement)
    return Secrets(
        private_key=sealing.unseal_bytes(bytes(row.sealed_private_key), purpose=_OPENS),
        share=sealing.unseal_bytes(bytes(row.sealed_share), purpose=_SHARE),
    )
