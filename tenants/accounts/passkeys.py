"""Passkeys: WebAuthn level 2, by `webauthn` (py_webauthn). A second step, after the first proof.

Each host is a site of its own: a key made for one département answers no other, nor any page that
looks like ours. We ask for no attestation: we do not choose people's devices.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import secrets
import uuid

import webauthn
from django.db import IntegrityError, transaction
from webauthn.helpers import options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from tenants.accounts import factors
from tenants.accounts.models import Authenticator, Passkey, User

MAX_PASSKEYS = 10
_CHALLENGE_BYTES = 32
_MOST_CHARACTERS = 20_000  # of what a browser sends


class TooManyPasskeys(DomainError):
    """A person keeps ten passkeys at most."""

    code = "ACCOUNT_TOO_MANY_PASSKEYS"


class PasskeyNotMade(DomainError):
    """The browser's answer is not a new key for this site and this challenge."""

    code = "ACCOUNT_PASSKEY_NOT_MADE"


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """The host that keys are made for, and its origin as browsers write it."""

    host: str
    origin: str


def new_challenge() -> bytes:
    """What a key must sign: 256 bits."""
    return secrets.token_bytes(_CHALLENGE_BYTES)


def creation_options(*, user: User, site: Site, name: str, challenge: bytes) -> str:
    """What a browser is asked to make a key from, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=name,
        user_id=user.public_id.bytes,
        user_name=str(user),
        user_display_name=user.get_full_name(),
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(user),
    )
    return options_to_json(options)


def request_options(*, user: User, site: Site, challenge: bytes) -> str:
    """What a browser is asked to sign with one of the person's keys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


@transaction.atomic(durable=True)
def add_passkey(
    *,
    user: User,
    name: str,
    credential: str,
    site: Site,
    challenge: bytes,
    actor: Actor,
    at: datetime.datetime,
) -> list[str]:
    """Keep a key that the browser has just made.

    Gives the recovery codes when there were none left, to be shown once; else an empty list.

    :raises PasskeyNotMade: if the answer does not belong to the challenge, the site or a new key
    :raises TooManyPasskeys: if there are ten already
    """
    if not challenge or len(credential) > _MOST_CHARACTERS:
        raise PasskeyNotMade
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyNotMade from error
    factors.lock_user(user)
    if Passkey.objects.filter(user=user).count() >= MAX_PASSKEYS:
        raise TooManyPasskeys(most=MAX_PASSKEYS)
    try:
        with transaction.atomic():
            Passkey.objects.create(
                user=user,
                name=name.strip()[:60],
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                created_at=at,
            )
    except IntegrityError as error:  # the key is known already
        raise PasskeyNotMade from error
    factors.tell(user, "accounts.passkey.added", actor=actor, at=at)
    return factors.first_recovery_codes(user, actor=actor, at=at)


@transaction.atomic(durable=True)
def prove(
    *, user: User, credential: str, site: Site, challenge: bytes, at: datetime.datetime
) -> None:
    """Take the signature of one of the person's keys.

    :raises FactorRefused: if it is none of theirs, or not of this challenge and this site, or of a
        counter that went back: a copy of the key
    """
    if not challenge or len(credential) > _MOST_CHARACTERS:
        raise factors.FactorRefused
    try:
        raw_id = webauthn.base64url_to_bytes(json.loads(credential)["rawId"])
        key = (
            Passkey.objects.select_for_update(of=("self",), no_key=True)
            .filter(user=user, credential_id=raw_id)
            .first()
        )
        if key is None:
            raise factors.FactorRefused
        seen = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise factors.FactorRefused from error
    key.sign_count, key.used_at = seen.new_sign_count, at
    key.save(update_fields=["sign_count", "used_at"])


@transaction.atomic(durable=True)
def remove_passkey(
    *, user: User, public_id: uuid.UUID, actor: Actor, at: datetime.datetime
) -> None:
    """Take one of a person's keys away.

    :raises NotFound: if they have no such key
    :raises FactorNeeded: if a role needs a factor and there is no other
    """
    factors.lock_user(user)
    if not Passkey.objects.filter(user=user, public_id=public_id).exists():
        raise NotFound(passkey=str(public_id))
    others = Passkey.objects.filter(user=user).exclude(public_id=public_id)
    has_other = others.exists() or Authenticator.objects.filter(user=user).exists()
    if user.must_have_factor() and not has_other:
        raise factors.FactorNeeded
    Passkey.objects.filter(user=user, public_id=public_id).delete()
    factors.forget_recovery_codes_without_factor(user)
    factors.tell(user, "accounts.passkey.removed", actor=actor, at=at)


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    found = Passkey.objects.filter(user=user).order_by("pk")
    return [PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in found]
