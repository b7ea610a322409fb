"""Take another département's word, and who may be linked by it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.tenancy import require_tenant
from tenants.identities.configuring import ProviderAlreadyOpen, ProviderInvalid
from tenants.identities.departements import client_keys
from tenants.identities.departements.names import client_name, departement_of
from tenants.identities.models import IdentityProvider, Profile, ProviderKind, Way, WayRule
from tenants.people import queries as people
from tenants.people.models import Pupil
from tenants.registry.addresses import origin_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@transaction.atomic(durable=True)
def trust(*, departement_code: str, actor: Actor, at: datetime.datetime) -> IdentityProvider:
    """
    Have guardians whom another département vouches for come in here, once they linked their account.

    The way is opened to guardians unless somebody closed it. The other département has to agree too
    (`federation.ent.vouching`): until then it vouches for nobody.

    :raises ProviderInvalid: if there is no such other département
    :raises ProviderAlreadyOpen: if it is trusted already
    """
    other = departement_of(departement_code)
    if other is None:
        raise ProviderInvalid(field="departement_code")
    try:
        with transaction.atomic():
            provider = IdentityProvider.objects.create(
                kind=ProviderKind.DEPARTEMENT,
                departement_code=other.code,
                issuer=origin_of(other),
                client_id=client_name(require_tenant().code),
                opened_at=at,
                **client_keys.kept(client_keys.draw_key()),
            )
    except IntegrityError as error:
        raise ProviderAlreadyOpen(kind=ProviderKind.DEPARTEMENT) from error
    WayRule.objects.get_or_create(
        profile=Profile.GUARDIAN, way=Way.DEPARTEMENT, defaults={"is_open": True}
    )
    _write_down("opened", provider, actor=actor, at=at)
    return provider


@transaction.atomic(durable=True)
def renew_client_key(
    *, provider: IdentityProvider, actor: Actor, at: datetime.datetime
) -> IdentityProvider:
    """
    Prove who we are with another key from now on; the other département reads it when it meets it.

    :raises ProviderInvalid: if the provider is no département
    """
    locked = IdentityProvider.objects.select_for_update(of=("self",), no_key=True).get(
        pk=provider.pk
    )
    if locked.kind != ProviderKind.DEPARTEMENT:
        raise ProviderInvalid(field="kind")
    for name, value in client_keys.kept(client_keys.draw_key()).items():
        setattr(locked, name, value)
    locked.save(update_fields=["options", "sealed_secret"])
    _write_down("secret_replaced", locked, actor=actor, at=at)
    return locked


def may_link(user: User) -> bool:
    """
    Whether an account may be linked with another département's, on either side.

    Guardians alone: an agent, even one who is a parent, enters by the ways of agents; a pupil is of one
    département; and while an agent acts for a family, nobody is there to agree.
    """
    return (
        user.is_active
        and user.acting is None
        and not user.given_roles()
        and people.guardian_of(user) is not None
        and not Pupil.objects.filter(user_id=user.pk).exists()
    )


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
        departement=provider.departement_code,
    )
