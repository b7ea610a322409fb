"""Who may register a pupil, and see a registration. Absent and forbidden are the same answer.

Who holds parental authority registers a child, whatever the other parent does: each has a file of their
own, and reads theirs alone. So may a guardian named by a judge, the *aide sociale à l'enfance*, and a
pupil of age for themselves. The staff who read files see all; those who decide see the documents.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from federation.passplus.models import Campaign
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import queries
from federation.passplus.registrations.queries import Offer
from tenants.accounts.capabilities import Capability
from tenants.people import queries as people
from tenants.people.models import Guardianship, Pupil, Relation

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Guardian

_LIKE_PARENTS = (Relation.GUARDIAN, Relation.ASE, Relation.SELF)


def registrable_pupils(user: User) -> QuerySet[Pupil]:
    """The pupils whom a person may register today, eldest first."""
    links = Guardianship.objects.filter(
        people.in_force(timezone.localdate()), guardian__user_id=user.pk
    ).filter(Q(legal_role__in=queries.PARENTS) | Q(relation__in=_LIKE_PARENTS))
    return Pupil.objects.filter(pk__in=links.values("pupil_id")).order_by(
        "birth_date", "sort_key", "pk"
    )


def access_registrable_pupil(user: User, public_id: uuid.UUID) -> tuple[Pupil, Guardian]:
    """
    A pupil whom a person may register, and who they are.

    :raises NotFound: if absent, or not theirs to register
    """
    guardian = people.guardian_of(user)
    pupil = registrable_pupils(user).filter(public_id=public_id).first()
    if guardian is None or pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil, guardian


def access_open_campaign(public_id: uuid.UUID) -> Campaign:
    """
    A campaign that was published; families know of them all.

    :raises NotFound: if absent
    """
    campaign = Campaign.objects.filter(public_id=public_id).first()
    if campaign is None:
        raise NotFound(campaign=str(public_id))
    return campaign


def own_registrations(user: User) -> QuerySet[Registration]:
    """The registrations a person made, of the pupils whom they may register today."""
    return queries.registrations().filter(
        guardian__user_id=user.pk, pupil__in=registrable_pupils(user).order_by().values("pk")
    )


def visible_registrations(user: User) -> QuerySet[Registration]:
    """The registrations a user may see: their own, or all for the staff who read files."""
    if user.can(Capability.READ_FILES):
        return queries.registrations()
    return own_registrations(user)


def access_own_registration(user: User, public_id: uuid.UUID) -> Registration:
    """
    A registration that the user made.

    :raises NotFound: if absent, or somebody else's
    """
    return _found(own_registrations(user), public_id)


def access_registration(user: User, public_id: uuid.UUID) -> Registration:
    """
    A registration that the user made, or any for the staff who read files.

    :raises NotFound: if absent, or not theirs to see
    """
    return _found(visible_registrations(user), public_id)


def access_registration_to_decide(user: User, public_id: uuid.UUID) -> Registration:
    """
    A registration, for the staff who decide them.

    :raises NotFound: if absent, or not theirs to decide
    """
    if not user.can(Capability.DECIDE_REGISTRATIONS):
        raise NotFound(registration=str(public_id))
    return access_registration(user, public_id)


def access_registration_document(user: User, public_id: uuid.UUID) -> RegistrationDocument:
    """
    A document that is still there: of who gave it, or any for the staff who decide.

    :raises NotFound: if absent, erased, or not theirs to see
    """
    document = (
        RegistrationDocument.objects.filter(public_id=public_id, deleted_at__isnull=True)
        .select_related("registration")
        .first()
    )
    if document is None:
        raise NotFound(document=str(public_id))
    if not user.can(Capability.DECIDE_REGISTRATIONS):
        access_own_registration(user, document.registration.public_id)
    return document


def _found(rows: QuerySet[Registration], public_id: uuid.UUID) -> Registration:
    registration = rows.filter(public_id=public_id).first()
    if registration is None:
        raise NotFound(registration=str(public_id))
    return registration


def to_go_on(user: User) -> list[Registration]:
    """What a person has to finish, or to complete: what is missing first, then what was begun."""
    found = Registration.objects.filter(
        Q(state__in=(Registration.State.DRAFT, Registration.State.INCOMPLETE))
        | (Q(state=Registration.State.GRANTED) & ~Q(asked=[])),
        guardian__user_id=user.pk,
    ).select_related("pupil")
    return sorted(found, key=lambda one: (one.state == Registration.State.DRAFT, one.pk))


def to_begin(user: User, *, at: datetime.datetime) -> list[Offer]:
    """The children whom a person may register now, and who have neither a card nor a file."""
    if not queries.campaigns_open(on=timezone.localdate(at)):
        return []
    return [offer for offer in offers_of(user, at=at) if offer.may_begin]


def waiting_of(user: User) -> list[Registration]:
    """What a person sent, and that has no answer yet, the latest first."""
    return list(own_registrations(user).filter(state__in=queries.SENT))


def offers_of(user: User, *, at: datetime.datetime) -> list[Offer]:
    """What a person may do for each child whom they may register, in each campaign that is open."""
    guardian = people.guardian_of(user)
    if guardian is None:
        return []
    return queries.offers_to(guardian, list(registrable_pupils(user)), at=at)
