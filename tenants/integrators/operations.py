"""The acts on machines: register one, change what proves it, revoke it, give it a token; and on origins.

Registering and revoking are audited, with what was given and never what proves it. A machine that is
revoked, or has expired, is nobody at its next request: a token is worth nothing by itself.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Q

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.integrators import credentials, origins
from tenants.integrators.models import AllowedOrigin, Credential, Integrator, MachineToken
from tenants.integrators.scopes import Scope

LONGEST_LIFE = datetime.timedelta(days=731)
OVERLAP = datetime.timedelta(days=7)
TOKEN_LIFE = datetime.timedelta(minutes=10)
TOKENS_KEPT = datetime.timedelta(hours=1)
SEEN_EVERY = datetime.timedelta(minutes=1)
MOST_ORIGINS = 50
Kind = Credential.Kind


class NameTaken(DomainError):
    """Another machine bears this name."""

    code = "INTEGRATOR_NAME_TAKEN"


class NothingGiven(DomainError):
    """A machine that may read nothing is of no use."""

    code = "INTEGRATOR_WITHOUT_SCOPE"


class LifeRefused(DomainError):
    """A machine lives from now to two years at most."""

    code = "INTEGRATOR_LIFE_REFUSED"


class IntegratorClosed(DomainError):
    """The machine is revoked already, or has expired."""

    code = "INTEGRATOR_CLOSED"


class OriginKnown(DomainError):
    """The origin is allowed already."""

    code = "ORIGIN_KNOWN"


class TooManyOrigins(DomainError):
    """A département has so many."""

    code = "ORIGIN_TOO_MANY"


class OriginWithdrawn(DomainError):
    """It is withdrawn already."""

    code = "ORIGIN_WITHDRAWN"


@transaction.atomic(durable=True)
def register_integrator(
    *,
    name: str,
    contact_email: str,
    scopes: Collection[Scope],
    expires_at: datetime.datetime,
    public_key: str = "",
    actor: Actor,
    at: datetime.datetime,
) -> tuple[Integrator, str]:
    """
    Register a machine; with no public key, its secret is shown now or never.

    :raises NothingGiven: if no scope is given
    :raises LifeRefused: if it would be over already, or live more than two years
    :raises NameTaken: if another one that is not revoked bears this name
    :raises KeyUnreadable: if the key given is none that we take
    :raises KeyIsPrivate: if it is a private one
    """
    if not scopes:
        raise NothingGiven(field="scopes")
    if not at < expires_at <= at + LONGEST_LIFE:
        raise LifeRefused(field="expires_on")
    try:
        with transaction.atomic():
            integrator = Integrator.objects.create(
                client_id=f"machine-{secrets.token_hex(8)}",
                name=name,
                contact_email=contact_email,
                scopes=sorted(set(scopes)),
                registered_at=at,
                expires_at=expires_at,
            )
    except IntegrityError as error:
        raise NameTaken(name=name) from error
    secret = _give_credential(integrator, public_key=public_key, at=at)
    _write_down("registered", integrator, actor=actor, at=at, scopes=integrator.scopes)
    return integrator, secret


@transaction.atomic(durable=True)
def rotate_credential(
    *,
    integrator: Integrator,
    public_key: str = "",
    is_leaked: bool = False,
    actor: Actor,
    at: datetime.datetime,
) -> str:
    """
    Give a machine another secret, or key; the old ones hold for a week, unless one is leaked.

    :returns: the secret, shown now or never; empty when a key is given
    :raises IntegratorClosed: if the machine is revoked or has expired
    :raises KeyUnreadable: if the key given is none that we take
    :raises KeyIsPrivate: if it is a private one
    """
    locked = _lock(integrator, at=at)
    ends_at = at if is_leaked else at + OVERLAP
    locked.credentials.filter(expires_at__gt=ends_at).update(expires_at=ends_at)
    secret = _give_credential(locked, public_key=public_key, at=at)
    _write_down("rotated", locked, actor=actor, at=at, is_leaked=is_leaked)
    return secret


@transaction.atomic(durable=True)
def revoke_integrator(*, integrator: Integrator, actor: Actor, at: datetime.datetime) -> Integrator:
    """
    Let a machine read nothing any more, from its very next request.

    :raises IntegratorClosed: if it is revoked already, or has expired
    """
    locked = _lock(integrator, at=at)
    locked.revoked_at = at
    locked.save(update_fields=["revoked_at"])
    MachineToken.objects.filter(credential__integrator=locked).delete()
    _write_down("revoked", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def issue_token(
    *, token: str, credential: Credential, scopes: Collection[Scope], at: datetime.datetime
) -> None:
    """Remember a token that a machine is given, by its digest."""
    MachineToken.objects.create(
        digest=credentials.digest_of(token),
        credential=credential,
        scopes=sorted(scopes),
        expires_at=at + TOKEN_LIFE,
    )


@transaction.atomic(durable=True)
def end_token(*, token_id: int) -> None:
    """Forget a token that its machine gives back: it is worth nothing from the next request on."""
    MachineToken.objects.filter(pk=token_id).delete()


@transaction.atomic(durable=True)
def note_use(*, integrator_id: int, at: datetime.datetime) -> None:
    """Remember when a machine was last seen, to the minute."""
    long_ago = Q(used_at__isnull=True) | Q(used_at__lte=at - SEEN_EVERY)
    Integrator.objects.filter(long_ago, pk=integrator_id).update(used_at=at)


@transaction.atomic(durable=True)
def purge_tokens(*, at: datetime.datetime) -> int:
    """Delete the tokens that ended more than an hour ago; how many."""
    count, _by_model = MachineToken.objects.filter(expires_at__lte=at - TOKENS_KEPT).delete()
    return count


@transaction.atomic(durable=True)
def allow_origin(*, origin: str, actor: Actor, at: datetime.datetime) -> AllowedOrigin:
    """
    Let the pages of an origin call the API from a browser.

    :raises OriginRefused: if it is not exactly an `https` origin
    :raises OriginKnown: if it is allowed already
    :raises TooManyOrigins: beyond the number a département may have
    """
    exact = origins.exact(origin)
    if AllowedOrigin.objects.filter(withdrawn_at__isnull=True).count() >= MOST_ORIGINS:
        raise TooManyOrigins(limit=MOST_ORIGINS)
    try:
        with transaction.atomic():
            allowed = AllowedOrigin.objects.create(origin=exact, allowed_at=at)
    except IntegrityError as error:
        raise OriginKnown(origin=exact) from error
    _write_origin("allowed", allowed, actor=actor, at=at)
    return allowed


@transaction.atomic(durable=True)
def withdraw_origin(*, origin: AllowedOrigin, actor: Actor, at: datetime.datetime) -> AllowedOrigin:
    """
    Let the pages of an origin call the API no more.

    :raises OriginWithdrawn: if that was done already
    """
    locked = AllowedOrigin.objects.select_for_update(of=("self",), no_key=True).get(pk=origin.pk)
    if locked.withdrawn_at is not None:
        raise OriginWithdrawn(origin=locked.origin)
    locked.withdrawn_at = at
    locked.save(update_fields=["withdrawn_at"])
    _write_origin("withdrawn", locked, actor=actor, at=at)
    return locked


def _lock(integrator: Integrator, *, at: datetime.datetime) -> Integrator:
    locked = Integrator.objects.select_for_update(of=("self",), no_key=True).get(pk=integrator.pk)
    if not locked.is_open(at=at):
        raise IntegratorClosed(name=locked.name)
    return locked


def _give_credential(integrator: Integrator, *, public_key: str, at: datetime.datetime) -> str:
    made = Credential(integrator=integrator, made_at=at, expires_at=integrator.expires_at)
    secret = ""
    if public_key:
        made.kind = Kind.KEY
        made.kid, made.public_jwk = credentials.public_key_of(public_key)
    else:
        made.kind = Kind.SECRET
        secret = credentials.draw_secret()
        made.digest = credentials.digest_of(secret)
    made.save(force_insert=True)
    return secret


def _write_down(
    done: str, integrator: Integrator, *, actor: Actor, at: datetime.datetime, **more: object
) -> None:
    record_audit(
        actor=actor,
        action=f"integrators.machine.{done}",
        subject_type="machine",
        subject_id=integrator.public_id,
        at=at,
        **more,
    )


def _write_origin(
    done: str, allowed: AllowedOrigin, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"integrators.origin.{done}",
        subject_type="origin",
        subject_id=allowed.public_id,
        at=at,
        origin=allowed.origin,
    )
