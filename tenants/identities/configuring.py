"""Acts on what is configured: open a provider, change its secret, close it, open and close ways.

FranceConnect gives each département a client and its secret. For EduConnect the département has a key of
its own, made here and never shown: its certificate is in the metadata that EduConnect is given.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.identities import educonnect, franceconnect, queries, secrets_held, ways
from tenants.identities.educonnect import keys
from tenants.identities.educonnect.idp_metadata import Published
from tenants.identities.models import IdentityProvider, ProviderKind, Way, WayRule


class ProviderAlreadyOpen(DomainError):
    """A provider of this kind is open: close it first, or change its secret."""

    code = "IDENTITY_PROVIDER_ALREADY_OPEN"


class ProviderInvalid(DomainError):
    """An address, an algorithm, a certificate or a secret that cannot be; `field` says which."""

    code = "IDENTITY_PROVIDER_INVALID"


class WayImpossible(DomainError):
    """This way is none of this profile's, or its provider is not open."""

    code = "IDENTITY_WAY_IMPOSSIBLE"


@transaction.atomic(durable=True)
def open_franceconnect(
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    settings: franceconnect.Settings,
    actor: Actor,
    at: datetime.datetime,
) -> IdentityProvider:
    """
    Have a département's people come in by FranceConnect, with a client of its own.

    :raises ProviderAlreadyOpen: if one is open
    :raises ProviderInvalid: naming what cannot be
    """
    _check_secret(client_secret)
    problem = settings.problem() or ("client_id" if not client_id.strip() else "")
    if problem or not franceconnect.is_address(issuer):
        raise ProviderInvalid(field=problem or "issuer")
    return _open(
        IdentityProvider(
            kind=ProviderKind.FRANCECONNECT,
            issuer=issuer,
            client_id=client_id.strip(),
            options=dataclasses.asdict(settings),
            sealed_secret=secrets_held.sealed(client_secret),
            opened_at=at,
        ),
        actor=actor,
    )


def _check_secret(secret: str) -> None:
    """HS256 is signed with it (RFC 7518, §3.2: no shorter than its hash)."""
    if not 32 <= len(secret) <= 500 or not secret.isascii():
        raise ProviderInvalid(field="client_secret")


@transaction.atomic(durable=True)
def open_educonnect(
    *,
    issuer: str,
    entity_id: str,
    sso_url: str,
    certificates: tuple[str, ...],
    academies: tuple[str, ...],
    actor: Actor,
    at: datetime.datetime,
) -> IdentityProvider:
    """
    Have a département's people come in by EduConnect, with a key made now.

    :param entity_id: our own name there, the address of our metadata
    :param certificates: those that EduConnect signs with, in PEM
    :param academies: the codes of the academies whose identifiers are this département's feed's
    :raises ProviderAlreadyOpen: if one is open
    :raises ProviderInvalid: naming what cannot be
    """
    own = keys.make(entity_id, at=at)
    settings = educonnect.Settings(
        sso_url=sso_url,
        certificates=tuple(map(keys.bare, certificates)),
        academies=tuple(code.lstrip("0") for code in academies),
        certificate=keys.bare(own.certificate),
    )
    problem = settings.problem() or ("issuer" if not issuer.strip() else "")
    if problem or not franceconnect.is_address(entity_id):
        raise ProviderInvalid(field=problem or "entity_id")
    return _open(
        IdentityProvider(
            kind=ProviderKind.EDUCONNECT,
            issuer=issuer.strip(),
            client_id=entity_id,
            options=dataclasses.asdict(settings),
            sealed_secret=secrets_held.sealed(own.private_key),
            opened_at=at,
        ),
        actor=actor,
    )


def _open(provider: IdentityProvider, *, actor: Actor) -> IdentityProvider:
    if queries.open_provider(provider.kind, provider.departement_code) is not None:
        raise ProviderAlreadyOpen(kind=provider.kind)
    try:
        with transaction.atomic():
            provider.save(force_insert=True)
    except IntegrityError as error:
        raise ProviderAlreadyOpen(kind=provider.kind) from error
    _write_down("opened", provider, actor=actor, at=provider.opened_at)
    return provider


@transaction.atomic(durable=True)
def replace_secret(
    *, provider: IdentityProvider, client_secret: str, actor: Actor, at: datetime.datetime
) -> IdentityProvider:
    """
    Change the secret of a client of FranceConnect.

    :raises ProviderInvalid: if it cannot be one, or the provider has none
    """
    locked = _lock(provider)
    if locked.kind != ProviderKind.FRANCECONNECT:
        raise ProviderInvalid(field="kind")
    _check_secret(client_secret)
    locked.sealed_secret = secrets_held.sealed(client_secret)
    locked.save(update_fields=["sealed_secret"])
    _write_down("secret_replaced", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def renew_key(
    *, provider: IdentityProvider, actor: Actor, at: datetime.datetime
) -> IdentityProvider:
    """
    Make a new key for EduConnect; our metadata shows it at once, and EduConnect has to read them again.

    :raises ProviderInvalid: if the provider has no key of ours
    """
    locked = _lock(provider)
    if locked.kind != ProviderKind.EDUCONNECT:
        raise ProviderInvalid(field="kind")
    own = keys.make(locked.client_id, at=at)
    locked.options = locked.options | {"certificate": keys.bare(own.certificate)}
    locked.sealed_secret = secrets_held.sealed(own.private_key)
    locked.save(update_fields=["options", "sealed_secret"])
    _write_down("secret_replaced", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def follow_metadata(
    *, provider: IdentityProvider, published: Published, actor: Actor, at: datetime.datetime
) -> IdentityProvider:
    """
    Take what EduConnect publishes of itself today: where one signs in, and every key it signs with.

    While it changes its key it publishes both, and an answer that either signed is taken; the former
    is refused once it is published no more.

    :raises ProviderInvalid: naming what cannot be: another issuer, no usable certificate
    """
    locked = _lock(provider)
    if locked.kind != ProviderKind.EDUCONNECT or locked.closed_at is not None:
        raise ProviderInvalid(field="kind")
    if published.issuer != locked.issuer:
        raise ProviderInvalid(field="issuer")
    settings = dataclasses.replace(
        educonnect.settings_of(locked),
        sso_url=published.sso_url,
        certificates=tuple(map(keys.bare, published.certificates)),
    )
    if problem := settings.problem():
        raise ProviderInvalid(field=problem)
    locked.options = dataclasses.asdict(settings)
    locked.save(update_fields=["options"])
    _write_down("followed", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def close_provider(
    *, provider: IdentityProvider, actor: Actor, at: datetime.datetime
) -> IdentityProvider:
    """Let nobody in by it any more; identities stay joined. Closing again changes nothing."""
    locked = _lock(provider)
    if locked.closed_at is None:
        locked.closed_at = at
        locked.save(update_fields=["closed_at"])
        _write_down("closed", locked, actor=actor, at=at)
    return locked


def _lock(provider: IdentityProvider) -> IdentityProvider:
    return IdentityProvider.objects.select_for_update(of=("self",), no_key=True).get(pk=provider.pk)


def _write_down(
    what: str, provider: IdentityProvider, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"identities.provider.{what}",
        subject_type="identity_provider",
        subject_id=provider.public_id,
        at=at,
        kind=provider.kind,
    )


def _may_be_open(way: str) -> bool:
    """Whether there is somebody to come in by: that one may be closed the day after is no matter."""
    if way == Way.DEPARTEMENT:
        return bool(queries.trusted_departements())
    kind = ways.kind_of(way)
    return not kind or queries.open_provider(kind) is not None


@transaction.atomic(durable=True)
def set_way(
    *, profile: str, way: str, is_open: bool, actor: Actor, at: datetime.datetime
) -> WayRule:
    """
    Open a way to a profile, or close it. Sessions that are open stay so.

    :raises WayImpossible: if the way is none of the profile's, or its provider is not open
    """
    if way not in ways.POSSIBLE.get(profile, ()):
        raise WayImpossible(profile=profile, way=way)
    if is_open and not _may_be_open(way):
        raise WayImpossible(profile=profile, way=way)
    rule, _is_new = WayRule.objects.update_or_create(
        profile=profile, way=way, defaults={"is_open": is_open}
    )
    record_audit(
        actor=actor,
        action="identities.way.opened" if is_open else "identities.way.closed",
        subject_type="way",
        subject_id=f"{profile}:{way}",
        at=at,
    )
    return rule
