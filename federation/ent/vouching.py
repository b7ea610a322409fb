"""Tell another département that it is them: it has to be agreed by us, by it, and by each guardian.

We agree by registering it as a client (`agree`), at the address that the directory gives it. It agrees by
trusting us (`tenants.identities.departements.trust`). A guardian agrees on our page (`give_link`), and takes
it back whenever they want (`take_back`), which ends at once what was opened there by our word.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from federation.ent import keys
from federation.ent.models import GivenLink, Registration
from federation.ent.passes import end_openings_at, end_openings_of
from tenants.accounts import factors
from tenants.identities.departements import may_link, names
from tenants.registry.addresses import origin_of

if TYPE_CHECKING:
    from tenants.accounts.models import User

TEXT_VERSION = "2026-11"  # of the words a guardian agrees to (`portal/portals/agree.html`)


class DepartementUnknown(DomainError):
    """There is no such other département."""

    code = "ENT_DEPARTEMENT_UNKNOWN"


class DepartementAgreed(DomainError):
    """It is agreed with already."""

    code = "ENT_DEPARTEMENT_AGREED"


class PortalNotForPerson(DomainError):
    """This account is not one that another département is told of."""

    code = "ENT_PORTAL_NOT_FOR_PERSON"


@transaction.atomic(durable=True)
def agree(*, departement_code: str, actor: Actor, at: datetime.datetime) -> Registration:
    """
    Let another département recognise the guardians who agree to it.

    :raises DepartementUnknown: if there is no such other département
    :raises DepartementAgreed: if it is agreed with already
    """
    other = names.departement_of(departement_code)
    if other is None:
        raise DepartementUnknown(departement=departement_code)
    origin = origin_of(other)
    keys.ensure_keys(at=at)
    try:
        with transaction.atomic():
            registration = Registration.objects.create(
                protocol=Registration.Protocol.OIDC,
                departement_code=other.code,
                client_id=names.client_name(other.code),
                jwks_url=f"{origin}/{names.KEYS_PATH}",
                redirect_uris=[f"{origin}/{names.RETURN_PATH}"],
                post_logout_uris=[f"{origin}/{names.LEFT_PATH}"],
                logout_url=f"{origin}/{names.SIGN_OUT_PATH}",
                registered_at=at,
            )
    except IntegrityError as error:
        raise DepartementAgreed(departement=other.name) from error
    record_audit(
        actor=actor,
        action="ent.client.registered",
        subject_type="client",
        subject_id=registration.public_id,
        at=at,
        service=registration.sector,
    )
    return registration


@transaction.atomic(durable=True)
def stop_agreeing(*, departement_code: str, actor: Actor, at: datetime.datetime) -> Registration:
    """
    Tell another département nothing more, and end what it opened by our word; what guardians agreed to stays.

    :raises NotFound: if it is not agreed with
    """
    registration = (
        agreed()
        .select_for_update(of=("self",), no_key=True)
        .filter(departement_code=departement_code)
        .first()
    )
    if registration is None:
        raise NotFound(departement=departement_code)
    registration.closed_at = at
    registration.save(update_fields=["closed_at"])
    end_openings_at(registration, at=at)
    record_audit(
        actor=actor,
        action="ent.client.closed",
        subject_type="client",
        subject_id=registration.public_id,
        at=at,
        service=registration.sector,
    )
    return registration


def agreed() -> QuerySet[Registration]:
    """The other départements that may recognise our guardians, by code."""
    return (
        Registration.objects.filter(closed_at__isnull=True)
        .exclude(departement_code="")
        .order_by("departement_code")
    )


def agreed_with(departement_code: str) -> Registration | None:
    """One of them."""
    return agreed().filter(departement_code=departement_code).first()


def given_links(user: User) -> QuerySet[GivenLink]:
    """The départements that a person lets us tell who they are, by code."""
    return GivenLink.objects.filter(user_id=user.pk, ended_at__isnull=True).order_by(
        "departement_code"
    )


def count_given(departement_code: str) -> int:
    """How many people agreed, and still do."""
    return GivenLink.objects.filter(
        departement_code=departement_code, ended_at__isnull=True
    ).count()


def may_vouch(user: User, departement_code: str) -> bool:
    """Whether a département may be told today that it is this person: they agreed, and are no agent."""
    return may_link(user) and given_links(user).filter(departement_code=departement_code).exists()


@transaction.atomic(durable=True)
def give_link(
    *, user: User, departement_code: str, actor: Actor, at: datetime.datetime
) -> GivenLink:
    """
    Agree that another département is told who one is; to agree again changes nothing.

    The person is told by e-mail: it opens a door to their account's name, if not to the account.

    :raises PortalNotForPerson: if it is an agent's or a pupil's account, or nobody's parent
    :raises NotFound: if the département is not agreed with
    """
    if not may_link(user):
        raise PortalNotForPerson
    if agreed_with(departement_code) is None:
        raise NotFound(departement=departement_code)
    held = given_links(user).filter(departement_code=departement_code).first()
    if held is not None:
        return held
    try:
        with transaction.atomic():
            link = GivenLink.objects.create(
                user_id=user.pk,
                departement_code=departement_code,
                text_version=TEXT_VERSION,
                given_at=at,
            )
    except IntegrityError:  # in two windows at once
        return given_links(user).get(departement_code=departement_code)
    _write_down("given", link, user=user, actor=actor, at=at)
    factors.tell_security_changed(user, "ent.portal.given", at=at)
    return link


@transaction.atomic(durable=True)
def take_back(*, user: User, departement_code: str, actor: Actor, at: datetime.datetime) -> None:
    """
    Have another département told no more who one is, and be signed out of what it opened by our word.

    :raises NotFound: if there is no such link
    """
    link = (
        given_links(user)
        .select_for_update(of=("self",), no_key=True)
        .filter(departement_code=departement_code)
        .first()
    )
    if link is None:
        raise NotFound(link=departement_code)
    link.ended_at = at
    link.save(update_fields=["ended_at"])
    clients = Registration.objects.filter(departement_code=departement_code)
    end_openings_of(user, registrations=clients, at=at)
    _write_down("taken_back", link, user=user, actor=actor, at=at)


@transaction.atomic(durable=True)
def note_used(*, user: User, departement_code: str, at: datetime.datetime) -> None:
    """Keep when a link served last."""
    given_links(user).filter(departement_code=departement_code).update(used_at=at)


def _write_down(
    what: str, link: GivenLink, *, user: User, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"ent.portal.{what}",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
        departement=link.departement_code,
    )
