"""The keys of a merchant, sealed in its row."""

from __future__ import annotations

import dataclasses
import json

from billing.payments.models import Merchant
from commons import sealing

_PURPOSE = "payments.merchant"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`webhook_secrets` are all accepted: there are two while one replaces the other."""

    api_key: str
    webhook_secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credentials(…)"

    def sealed(self) -> bytes:
        """As a row may hold them."""
        return sealing.seal(json.dumps(dataclasses.asdict(self)), purpose=_PURPOSE)


def credentials_of(merchant: Merchant) -> Credentials:
    """The keys of a merchant.

    :raises CannotUnseal: if they were sealed for another tenant, or by a forgotten secret
    """
    found = json.loads(sealing.unseal(bytes(merchant.sealed_credentials), purpose=_PURPOSE))
    return Credentials(api_key=found["api_key"], webhook_secrets=tuple(found["webhook_secrets"]))
