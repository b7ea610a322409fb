"""The keys that sign what services are told: one in service, one announced, some retired.

A key is announced in the published set before it signs, so that a service which keeps the set for a
while never meets an unknown one; a retired key stays in it for a day, longer than anything it signed.
Private keys are sealed (`commons.sealing`), and each département has its own. For SAML each key has a
certificate, published with the key in service and the next.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from joserfc.jwk import KeySet, RSAKey

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.tenancy import current_schema
from federation.ent import certificates
from federation.ent.models import PairwiseSecret, SigningKey

if TYPE_CHECKING:
    from tenants.accounts.models import User

ALGORITHM = "RS256"
BITS = 2048
RETIRED_FOR = datetime.timedelta(days=1)
_KEY_PURPOSE = "ent.signing"
_PAIRWISE = "pairwise"
State = SigningKey.State
_PUBLISHED = (State.CURRENT, State.NEXT)


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs SAML messages, and its certificate, both in PEM."""

    private_key: bytes
    certificate: str

    def __repr__(self) -> str:
        return "Signer(…)"


def ensure_keys(*, at: datetime.datetime) -> None:
    """Have the keys and the secret of the département, made at first need. In the caller's transaction."""
    places = set(SigningKey.objects.values_list("state", flat=True))
    for state in (State.CURRENT, State.NEXT):
        if state not in places:
            put_key(draw_key(), state=state, at=at)
    for row in SigningKey.objects.filter(certificate="", state__in=_PUBLISHED).order_by("pk"):
        row.certificate = _certificate(_opened(row), at=at)
        row.save(update_fields=["certificate"])
    if not PairwiseSecret.objects.filter(purpose=_PAIRWISE).exists():
        sealed = sealing.seal(secrets.token_hex(32), purpose=f"ent.{_PAIRWISE}")
        made = PairwiseSecret(purpose=_PAIRWISE, sealed_secret=sealed, made_at=at)
        PairwiseSecret.objects.bulk_create([made], ignore_conflicts=True)


def draw_key() -> RSAKey:
    """A key drawn at random, named by its own digest (RFC 7638)."""
    use = {"use": "sig", "alg": ALGORITHM}
    return RSAKey.generate_key(BITS, use, private=True, auto_kid=True)  # type: ignore[arg-type]


def put_key(key: RSAKey, *, state: str, at: datetime.datetime) -> None:
    """Keep a key, sealed; nothing if somebody else put one in this place meanwhile."""
    whole = json.dumps(key.as_dict(private=True))
    made = SigningKey(
        kid=str(key.kid),
        state=state,
        public_jwk=key.as_dict(private=False),
        sealed_private=sealing.seal(whole, purpose=_KEY_PURPOSE),
        certificate=_certificate(key, at=at),
        made_at=at,
    )
    SigningKey.objects.bulk_create([made], ignore_conflicts=True)


@transaction.atomic(durable=True)
def rotate_keys(*, actor: Actor, at: datetime.datetime) -> str:
    """
    Have the announced key sign from now on, and announce another; the name of the one that signs.

    What the former signed is still recognised for a day; older ones are deleted.
    """
    ensure_keys(at=at)
    rows = SigningKey.objects.select_for_update(of=("self",)).order_by("pk")
    found = {row.state: row for row in rows if row.state != State.RETIRED}
    SigningKey.objects.filter(state=State.RETIRED, retired_at__lte=at - RETIRED_FOR).delete()
    former, coming = found[State.CURRENT], found[State.NEXT]
    former.state, former.retired_at = State.RETIRED, at
    former.save(update_fields=["state", "retired_at"])
    coming.state = State.CURRENT
    coming.save(update_fields=["state"])
    put_key(draw_key(), state=State.NEXT, at=at)
    record_audit(
        actor=actor,
        action="ent.keys.rotated",
        subject_type="signing key",
        subject_id=coming.kid,
        at=at,
    )
    return coming.kid


def published_keys() -> dict[str, Any]:
    """The public set, as services read it (RFC 7517): no private part of any key."""
    rows = SigningKey.objects.order_by("pk").values_list("public_jwk", flat=True)
    return {"keys": list(rows)}


def published_key_set() -> KeySet:
    """The same, to verify what we signed ourselves."""
    return KeySet.import_key_set(published_keys())  # type: ignore[arg-type]


def signing_key() -> RSAKey:
    """The key in service.

    :raises SigningKey.DoesNotExist: before any service was registered
    """
    return _opened(SigningKey.objects.get(state=State.CURRENT))


def _opened(row: SigningKey) -> RSAKey:
    whole = sealing.unseal(bytes(row.sealed_private), purpose=_KEY_PURPOSE)
    return RSAKey.import_key(json.loads(whole))


def _certificate(key: RSAKey, *, at: datetime.datetime) -> str:
    return certificates.make(_pem(key), name=f"Socle {current_schema()}", at=at)


def _pem(key: RSAKey) -> bytes:
    return key.as_pem(private=True)


def signer() -> Signer:
    """The key in service, as SAML signs with it.

    :raises SigningKey.DoesNotExist: before any service was registered
    """
    row = SigningKey.objects.get(state=State.CURRENT)
    return Signer(_pem(_opened(row)), row.certificate)


def published_certificates() -> list[str]:
    """Those of the key in service and of the next, in PEM, in this order."""
    rows = SigningKey.objects.filter(state__in=_PUBLISHED).order_by("state")
    return list(rows.values_list("certificate", flat=True))


def subject_of(user: User, *, service_code: str) -> str:
    """
    Who a person is for one service, and for no other (OpenID Connect Core 1.0, section 8.1).

    A keyed hash of the account's identifier and of the service: two services cannot compare what they
    know, and nobody finds the account without the département's secret. The sector is the service
    itself, stricter than the host of its addresses.
    """
    row = PairwiseSecret.objects.get(purpose=_PAIRWISE)
    secret = sealing.unseal(bytes(row.sealed_secret), purpose=f"ent.{_PAIRWISE}")
    message = f"{service_code}\0{user.public_id}".encode()
    digest = hmac.new(bytes.fromhex(secret), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
