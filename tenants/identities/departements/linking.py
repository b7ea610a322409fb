"""Link an account with that of another département, come in by it, and end the link.

Both sides were proved within the same ten minutes: the person is signed in here, and proved there who
they are (`verifying`). Nothing is looked up by a name: neither side knows what the other knows.
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from commons.outbox import record_event
from tenants.accounts.models import Session, User
from tenants.identities.departements.names import way_of
from tenants.identities.departements.trusting import may_link
from tenants.identities.departements.verifying import Vouched
from tenants.identities.models import ExternalIdentity, ProviderKind
from tenants.identities.refusals import AccountClosed, SignInBroken, WayClosed


class NotLinked(DomainError):
    """No account here is linked with the one that the other département vouches for."""

    code = "IDENTITY_NOT_LINKED"


class AlreadyLinked(DomainError):
    """One of the two accounts is linked already, with another one."""

    code = "IDENTITY_ALREADY_LINKED"


@transaction.atomic(durable=True)
def link(
    *, vouched: Vouched, user: User, begun_by: int | None, at: datetime.datetime
) -> ExternalIdentity:
    """
    Link the account of who is signed in with the one they have just proved to have elsewhere.

    Linking the same two again changes nothing.

    :param begun_by: the row of the account that asked for it
    :raises SignInBroken: if another account asked
    :raises WayClosed: if this account may not be linked
    :raises AlreadyLinked: if either is linked with another account
    """
    if begun_by is None or begun_by != user.pk:
        raise SignInBroken(problem="begun by another account")
    locked = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if not may_link(locked):
        raise WayClosed
    code = vouched.provider.departement_code
    held = _open_identities(code).filter(user_id=user.pk).first()
    if held is not None:
        if held.subject != vouched.subject:
            raise AlreadyLinked
        return held
    try:
        with transaction.atomic():
            identity = ExternalIdentity.objects.create(
                kind=ProviderKind.DEPARTEMENT,
                departement_code=code,
                subject=vouched.subject,
                user_id=user.pk,
                proof=ExternalIdentity.Proof.BOTH,
                linked_at=at,
            )
    except IntegrityError as error:
        raise AlreadyLinked from error
    _write_down("linked", identity, actor=Actor.user(user), at=at)
    record_event(
        "identities.identity.linked",
        aggregate=f"user:{user.public_id}",
        occurred_at=at,
        identity_id=identity.public_id,
        user_id=user.public_id,
    )
    return identity


@transaction.atomic(durable=True)
def arrive(*, vouched: Vouched, at: datetime.datetime) -> User:
    """
    The account of who comes in by another département.

    :raises NotLinked: if no account is linked with theirs
    :raises AccountClosed: if it is closed
    """
    code = vouched.provider.departement_code
    identity = _open_identities(code).filter(subject=vouched.subject).select_related("user").first()
    if identity is None:
        raise NotLinked(departement=code)
    if not identity.user.is_active:
        raise AccountClosed
    ExternalIdentity.objects.filter(pk=identity.pk).update(used_at=at)
    return identity.user


@transaction.atomic(durable=True)
def unlink(*, user: User, departement_code: str, actor: Actor, at: datetime.datetime) -> None:
    """
    Come in by another département no more, and end the sessions that were opened so.

    :raises NotFound: if there is no such link
    """
    identity = (
        _open_identities(departement_code)
        .select_for_update(of=("self",), no_key=True)
        .filter(user_id=user.pk)
        .first()
    )
    if identity is None:
        raise NotFound(link=departement_code)
    identity.ended_at = at
    identity.save(update_fields=["ended_at"])
    Session.objects.filter(user_id=user.pk, way=way_of(departement_code)).delete()
    _write_down("ended", identity, actor=actor, at=at)


def _open_identities(departement_code: str) -> QuerySet[ExternalIdentity]:
    return ExternalIdentity.objects.filter(
        kind=ProviderKind.DEPARTEMENT,
        departement_code=departement_code,
        ended_at__isnull=True,
    )


def _write_down(
    what: str, identity: ExternalIdentity, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"identities.identity.{what}",
        subject_type="user",
        subject_id=identity.user.public_id,
        at=at,
        kind=identity.kind,
        proof=identity.proof,
        departement=identity.departement_code,
    )
