"""Use a service: be admitted to it, and want it first.

`admit` is the one rule of who enters a service, whatever it is entered by: a card of the portal,
OpenID Connect or CAS. Where licences are counted it takes one, under a lock; it is kept until the
person leaves (`returning`).
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from commons.errors import DomainError
from federation.ent import queries
from federation.ent.enabling import lock_opening
from federation.ent.models import Favourite, Licence
from federation.ent.queries import Covering, OpenService

if TYPE_CHECKING:
    from tenants.accounts.models import User


class ServiceNotForPerson(DomainError):
    """The service is not open to this person today, or does not exist: the two are not told apart."""

    code = "ENT_SERVICE_NOT_FOR_PERSON"


class ServiceNotReady(DomainError):
    """The service is announced, and there is nothing to open yet."""

    code = "ENT_SERVICE_NOT_READY"


class LicencesSpent(DomainError):
    """Every licence that could be this person's is another's."""

    code = "ENT_LICENCES_SPENT"


@transaction.atomic(durable=True)
def admit(
    *, user: User, service_code: str, on: datetime.date, at: datetime.datetime
) -> OpenService:
    """
    Let a person into a service, with a licence where they are counted.

    :raises ServiceNotForPerson: if it is not open to them
    :raises ServiceNotReady: if there is nothing to open
    :raises LicencesSpent: if no licence is left for them
    """
    service = queries.service_of(user, service_code, on=on)
    if service is None:
        raise ServiceNotForPerson(service=service_code)
    if not service.can_be_launched:
        raise ServiceNotReady(service=service.name)
    if not any(covering.licences is None for covering in service.coverings):
        _take_licence(user, service, at=at)
    return service


def _take_licence(user: User, service: OpenService, *, at: datetime.datetime) -> None:
    """One held already counts; else the first with room, in the order that they are locked in."""
    wanted = sorted(service.coverings, key=lambda one: one.opening_id)
    held = Licence.objects.filter(
        user_id=user.pk, opening_id__in=[one.opening_id for one in wanted]
    )
    if held.exists():
        return
    if not any(_take_one(user, covering, at=at) for covering in wanted):
        raise LicencesSpent(service=service.name)


def _take_one(user: User, covering: Covering, *, at: datetime.datetime) -> bool:
    opening = lock_opening(covering.opening_id)
    taken = Licence.objects.filter(opening=opening)
    if taken.filter(user_id=user.pk).exists():  # the same person, on another screen
        return True
    if opening.licences is not None and taken.count() >= opening.licences:
        return False
    Licence.objects.create(opening=opening, user_id=user.pk, taken_at=at)
    return True


@transaction.atomic(durable=True)
def set_favourite(
    *,
    user: User,
    service_code: str,
    is_favourite: bool,
    on: datetime.date,
    at: datetime.datetime,
) -> None:
    """
    Want a service first, or no longer.

    :raises ServiceNotForPerson: if it is not open to them
    """
    if queries.service_of(user, service_code, on=on) is None:
        raise ServiceNotForPerson(service=service_code)
    if is_favourite:
        Favourite.objects.get_or_create(
            user_id=user.pk, service_code=service_code, defaults={"since": at}
        )
    else:
        Favourite.objects.filter(user_id=user.pk, service_code=service_code).delete()
