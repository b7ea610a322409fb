"""Messages to browsers: Web Push (RFC 8030), encrypted for each device (RFC 8291), signed by us (RFC 8292).

What is sent says that something waits, and nothing of anybody. Where a device is reached and its keys are
sealed. The service that a browser names is called as any address that somebody gave: on the public
internet, with `https`, and nowhere inside (`commons.public_calls`).
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import http_ece
import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import IntegrityError, transaction
from joserfc import jwt
from joserfc.jwk import ECKey

from commons import public_calls, sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.meters import Counter
from tenants.schoollife.announcements.models import PushKey, PushSubscription
from tenants.schoollife.announcements.refusals import DeviceRefused, TooManyDevices

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_DEVICES = 10
LONGEST_ENDPOINT = 1_000
PORTS = frozenset({public_calls.HTTPS_PORT})
SECONDS = 5.0
LASTS = datetime.timedelta(days=1)  # a service keeps a message for a device that is off
_TOKEN_LASTS = datetime.timedelta(hours=12)  # RFC 8292: a day at most
_RECORD_BYTES = 4096
_AUTH_BYTES, _POINT_BYTES = 16, 65
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 429})
_KEY_PURPOSE, _DEVICE_PURPOSE = "announcements.push_key", "announcements.push_device"

PUSHED = Counter(
    "socle.push.sent",
    unit="{call}",
    description="Messages to browsers, with what came of each call.",
    attributes={"outcome": ("TAKEN", "GONE", "REFUSED", "LATER")},
)


class ServiceUnavailable(Exception):
    """The service of a browser did not take a message, and may later."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reached:
    """Where a browser takes messages, and the keys they are encrypted for, as it gives them."""

    endpoint: str
    p256dh: str
    auth: str


@transaction.atomic(durable=True)
def add_device(
    *, user: User, reached: Reached, device: str, actor: Actor, at: datetime.datetime
) -> PushSubscription:
    """
    Have a browser told. Given again it is the same; given by another person it is theirs from now on.

    :param device: how its person knows it
    :raises DeviceRefused: if the address may not be called, or the keys are none
    :raises TooManyDevices: if the person has `MOST_DEVICES`
    """
    _check(reached)
    digest = sealing.fingerprint(reached.endpoint, purpose=_DEVICE_PURPOSE)
    standing = PushSubscription.objects.select_for_update(of=("self",)).filter(
        endpoint_digest=digest
    )
    known = standing.first()
    if known is not None and known.user_id == user.pk:
        return known
    if known is not None:
        known.delete()
    if PushSubscription.objects.filter(user=user).count() >= MOST_DEVICES:
        raise TooManyDevices(most=MOST_DEVICES)
    sealed = sealing.seal(json.dumps(dataclasses.asdict(reached)), purpose=_DEVICE_PURPOSE)
    made = PushSubscription.objects.create(
        user=user, device=device[:80], endpoint_digest=digest, sealed=sealed, added_at=at
    )
    _write_down("added", made, actor=actor, at=at)
    return made


@transaction.atomic(durable=True)
def remove_device(*, device: PushSubscription, actor: Actor, at: datetime.datetime) -> None:
    """Have a browser told no more; again changes nothing."""
    row = PushSubscription.objects.select_for_update(of=("self",)).filter(pk=device.pk).first()
    if row is None:
        return
    _write_down("removed", row, actor=actor, at=at)
    row.delete()


def public_key(*, at: datetime.datetime) -> str:
    """The key that browsers subscribe with, in base64url; made when it is first asked for."""
    row = PushKey.objects.first()
    return row.public_key if row else _make_key(at=at).public_key


def _make_key(*, at: datetime.datetime) -> PushKey:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        with transaction.atomic():
            return PushKey.objects.create(
                public_key=_encoded(point),
                sealed_private=sealing.seal_bytes(pem, purpose=_KEY_PURPOSE),
                made_at=at,
            )
    except IntegrityError:  # made by another meanwhile
        return PushKey.objects.get()


def push(*, device: PushSubscription, payload: str, contact: str, at: datetime.datetime) -> bool:
    """
    Send one message; whether its service took it. A device that is gone is removed.

    :param contact: whom the service may write to about us (RFC 8292 `sub`): `mailto:` or `https:`
    :raises ServiceUnavailable: if it may be tried again
    """
    reached = reached_of(device)
    try:
        status = public_calls.call(
            "POST",
            reached.endpoint,
            seconds=SECONDS,
            ports=PORTS,
            headers=_headers(reached, contact=contact, at=at),
            content=encrypted(reached, payload.encode()),
        )
    except public_calls.NotCallable:
        PUSHED.add(outcome="REFUSED")
        return False
    except httpx.HTTPError as error:
        PUSHED.add(outcome="LATER")
        raise ServiceUnavailable from error
    return _taken(device, status, at=at)


def reached_of(device: PushSubscription) -> Reached:
    """Where a device is reached, and its keys."""
    return Reached(**json.loads(sealing.unseal(bytes(device.sealed), purpose=_DEVICE_PURPOSE)))


def _taken(device: PushSubscription, status: int, *, at: datetime.datetime) -> bool:
    if 200 <= status < 300:
        PUSHED.add(outcome="TAKEN")
        return True
    if status in _GONE:
        PUSHED.add(outcome="GONE")
        remove_device(device=device, actor=Actor.system("push"), at=at)
        return False
    if status in _LATER or status >= 500:
        PUSHED.add(outcome="LATER")
        raise ServiceUnavailable(status)
    PUSHED.add(outcome="REFUSED")  # what was asked is wrong: asking again would be too
    return False


def encrypted(reached: Reached, content: bytes) -> bytes:
    """A message that the device alone reads (RFC 8291, `aes128gcm`)."""
    sent: bytes = http_ece.encrypt(
        content,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_decoded(reached.p256dh),
        auth_secret=_decoded(reached.auth),
        rs=_RECORD_BYTES,
        version="aes128gcm",
    )
    return sent


def _headers(reached: Reached, *, contact: str, at: datetime.datetime) -> dict[str, str]:
    key = PushKey.objects.get()
    parts = urlsplit(reached.endpoint)
    pem = sealing.unseal_bytes(bytes(key.sealed_private), purpose=_KEY_PURPOSE)
    token = jwt.encode(
        {"alg": "ES256", "typ": "JWT"},
        {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((at + _TOKEN_LASTS).timestamp()),
            "sub": contact,
        },
        ECKey.import_key(pem),
    )
    return {
        "Authorization": f"vapid t={token}, k={key.public_key}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(LASTS.total_seconds())),
        "Urgency": "normal",
    }


def _check(reached: Reached) -> None:
    may = len(reached.endpoint) <= LONGEST_ENDPOINT and public_calls.may_be_called(
        reached.endpoint, ports=PORTS
    )
    try:
        point, auth = _decoded(reached.p256dh), _decoded(reached.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DeviceRefused from error
    if not may or len(point) != _POINT_BYTES or len(auth) != _AUTH_BYTES:
        raise DeviceRefused


def _decoded(text: str) -> bytes:
    """:raises ValueError: if it is no base64url"""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _write_down(
    what: str, device: PushSubscription, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"announcements.device.{what}",
        subject_type="push_device",
        subject_id=device.public_id,
        at=at,
    )
