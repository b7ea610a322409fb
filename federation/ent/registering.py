"""Register a service that signs people in with us: its addresses, exactly, and its secret, once.

The secret is shown when it is made and only its digest is kept: it is 256 bits drawn at random, which no
digest gives back.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.public_calls import may_be_called
from federation.catalogue import queries as catalogue
from federation.catalogue.models import SharedService
from federation.ent import keys
from federation.ent.enabling import AddressRefused, ServiceDisabled, lock_enabled
from federation.ent.models import EnabledService, Registration
from federation.ent.saml import partner as partners
from federation.ent.saml.partner import SamlPartner
from federation.ent.saml.refusals import PartnerKnown

MOST_ADDRESSES = 20
SHORTEST_SECRET = 32  # characters
Protocol = Registration.Protocol


class OtherProtocol(DomainError):
    """The catalogue says that the service signs people in otherwise."""

    code = "ENT_OTHER_PROTOCOL"


class SecretTooShort(DomainError):
    """A secret that was agreed upon and could be guessed."""

    code = "ENT_SECRET_TOO_SHORT"


@transaction.atomic(durable=True)
def register_client(
    *,
    enabled: EnabledService,
    redirect_uris: Sequence[str],
    actor: Actor,
    at: datetime.datetime,
    post_logout_uris: Sequence[str] = (),
    logout_url: str = "",
    client_id: str = "",
    secret: str = "",
) -> tuple[Registration, str]:
    """
    Register a client of OpenID Connect; the client, and its secret, which is shown now or never.

    :param redirect_uris: where it may have people come back to, each whole: nothing else ever matches
    :param logout_url: where it is told that a person signed out (back-channel), if it wants to be
    :param client_id: a name agreed upon already; drawn when empty
    :param secret: one agreed upon already, of 32 characters at least; drawn when empty
    :raises ServiceDisabled: if the service is no longer enabled
    :raises OtherProtocol: if it signs people in otherwise
    :raises SecretTooShort: if the secret given could be guessed
    :raises AddressRefused: if nobody may be sent to one of the addresses
    """
    locked = lock_enabled(enabled)
    _check_protocol(locked, SharedService.Protocol.OIDC)
    if secret and len(secret) < SHORTEST_SECRET:
        raise SecretTooShort(shortest=SHORTEST_SECRET)
    if not 0 < len(redirect_uris) <= MOST_ADDRESSES or len(post_logout_uris) > MOST_ADDRESSES:
        raise AddressRefused(field="redirect_uris")
    _check_addresses(
        redirect_uris=redirect_uris,
        post_logout_uris=post_logout_uris,
        logout_url=[logout_url] if logout_url else [],
    )
    keys.ensure_keys(at=at)
    secret = secret or secrets.token_urlsafe(32)
    registration = Registration.objects.create(
        enabled=locked,
        protocol=Protocol.OIDC,
        client_id=client_id or f"{locked.service_code}-{secrets.token_hex(6)}",
        secret_digest=digest_of(secret),
        redirect_uris=list(redirect_uris),
        post_logout_uris=list(post_logout_uris),
        logout_url=logout_url,
        registered_at=at,
    )
    _write_down("registered", registration, actor=actor, at=at)
    return registration, secret


@transaction.atomic(durable=True)
def register_cas_service(
    *,
    enabled: EnabledService,
    service_url: str,
    is_prefix: bool,
    actor: Actor,
    at: datetime.datetime,
    logout_url: str = "",
) -> Registration:
    """
    Register a service of CAS by its address.

    :param is_prefix: whether what follows in the path, after a whole segment, is the service too
    :raises ServiceDisabled: if the service is no longer enabled
    :raises OtherProtocol: if it signs people in otherwise
    :raises AddressRefused: if nobody may be sent to one of the addresses
    """
    locked = lock_enabled(enabled)
    _check_protocol(locked, SharedService.Protocol.CAS)
    if is_prefix and urlsplit(service_url).query:
        raise AddressRefused(field="service_url")
    _check_addresses(service_url=[service_url], logout_url=[logout_url] if logout_url else [])
    keys.ensure_keys(at=at)
    registration = Registration.objects.create(
        enabled=locked,
        protocol=Protocol.CAS,
        service_url=service_url,
        is_prefix=is_prefix,
        logout_url=logout_url,
        registered_at=at,
    )
    _write_down("registered", registration, actor=actor, at=at)
    return registration


@transaction.atomic(durable=True)
def register_saml_partner(
    *, enabled: EnabledService, partner: SamlPartner, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Register a service provider of SAML 2, as its metadata or a form describe it.

    :raises ServiceDisabled: if the service is no longer enabled
    :raises OtherProtocol: if it signs people in otherwise
    :raises MetadataUnreadable: if it has no name that can be
    :raises NoReturnAddress: if no answer can be posted to it
    :raises AddressRefused: if nobody may be sent to one of the addresses
    :raises CertificateRefused: if a certificate is none, too weak, or over
    :raises CertificateMissing: if it signs its requests, or is told of sign-outs, without one
    :raises PartnerKnown: if another open connection bears its name
    """
    locked = lock_enabled(enabled)
    _check_protocol(locked, SharedService.Protocol.SAML)
    partners.check(partner, at=at)
    keys.ensure_keys(at=at)
    try:
        with transaction.atomic():
            registration = Registration.objects.create(
                enabled=locked,
                protocol=Protocol.SAML,
                registered_at=at,
                **partner.as_columns(),
            )
    except IntegrityError as error:
        raise PartnerKnown(partner=partner.entity_id) from error
    _write_down("registered", registration, actor=actor, at=at)
    return registration


@transaction.atomic(durable=True)
def close_registration(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Let a client, a CAS service or a SAML partner sign nobody in any more.

    :raises ServiceDisabled: if it is closed already
    """
    locked = Registration.objects.select_for_update(of=("self",), no_key=True).get(
        pk=registration.pk
    )
    if not locked.is_open:
        raise ServiceDisabled(service=str(locked))
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    _write_down("closed", locked, actor=actor, at=at)
    return locked


def digest_of(secret: str) -> str:
    """What is kept of a secret drawn at random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(registration: Registration, secret: str) -> bool:
    """Whether a secret is the client's, in a time that tells nothing of it."""
    return hmac.compare_digest(registration.secret_digest, digest_of(secret))


def _check_protocol(enabled: EnabledService, protocol: str) -> None:
    service = catalogue.service_named(enabled.service_code)
    if service is None or service.protocol != protocol:
        raise OtherProtocol(service=enabled.service_code)


def _check_addresses(**addresses: Sequence[str]) -> None:
    for field, urls in addresses.items():
        for url in urls:
            if len(url) > 300 or not may_be_called(url):
                raise AddressRefused(field=field)


def _write_down(
    done: str, registration: Registration, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"ent.client.{done}",
        subject_type="client",
        subject_id=registration.public_id,
        at=at,
        service=registration.sector,
    )
