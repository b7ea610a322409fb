"""The signature of a delivery: Standard Webhooks 1.0 (github.com/standard-webhooks), symmetric.

What is signed is `{id}.{timestamp}.{body}`; the header holds one `v1,` signature per secret in force,
apart by spaces, so that a receiver may change its secret at its own time.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from commons.sealing import seal, unseal
from federation.webhooks.models import Endpoint

PREFIX = "whsec_"
SECRET_BYTES = 32  # 24 to 64, by the specification
OVERLAP = datetime.timedelta(days=2)
_PURPOSE = "webhooks.secret"


def draw_secret() -> str:
    """A secret as a receiver is given it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def seal_secret(secret: str) -> bytes:
    """As it is stored."""
    return seal(secret, purpose=_PURPOSE)


def secrets_of(endpoint: Endpoint, *, at: datetime.datetime) -> list[str]:
    """The secrets that sign now, the current one first.

    :raises CannotUnseal: if one was sealed with a forgotten secret
    """
    sealed = [bytes(endpoint.sealed_secret)]
    until = endpoint.previous_until
    if endpoint.sealed_previous is not None and until is not None and until > at:
        sealed.append(bytes(endpoint.sealed_previous))
    return [unseal(one, purpose=_PURPOSE) for one in sealed]


def headers_of(
    message_id: str, *, body: bytes, secrets: Sequence[str], at: datetime.datetime
) -> dict[str, str]:
    """The three headers of a message, signed with each secret."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode("ascii"), timestamp.encode("ascii"), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(signed, secret) for secret in secrets),
    }


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    digest = hmac.digest(key, signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode('ascii')}"
