"""Who may use services, and who may configure them. Absent and forbidden are the same answer.

What is open to a person is what `queries.services_of` says.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.ent.models import EnabledService, Opening, Registration, SigningKey
from federation.ent.queries import OpenService, services_of
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_open_service(user: User, public_id: uuid.UUID, *, on: datetime.date) -> OpenService:
    """
    A service that is open to the user on a day.

    :raises NotFound: if absent, or not open to them
    """
    found = next((one for one in services_of(user, on=on) if one.public_id == public_id), None)
    if found is None:
        raise NotFound(service=str(public_id))
    return found


def access_enabled_service(user: User, public_id: uuid.UUID) -> EnabledService:
    """
    A service that the département enables or enabled, for the staff who configure it.

    :raises NotFound: if absent, or not theirs to see
    """
    enabled = None
    if user.can(Capability.MANAGE_TENANT):
        enabled = EnabledService.objects.filter(public_id=public_id).first()
    if enabled is None:
        raise NotFound(service=str(public_id))
    return enabled


def access_opening(user: User, public_id: uuid.UUID) -> Opening:
    """
    An opening of a service, for the staff who configure it.

    :raises NotFound: if absent, or not theirs to see
    """
    opening = None
    if user.can(Capability.MANAGE_TENANT):
        opening = (
            Opening.objects.filter(public_id=public_id)
            .select_related("enabled", "college", "school_class")
            .first()
        )
    if opening is None:
        raise NotFound(opening=str(public_id))
    return opening


def access_registration(user: User, public_id: uuid.UUID) -> Registration:
    """
    How a service signs people in, for the staff who configure it.

    :raises NotFound: if absent, or not theirs to see
    """
    registration = None
    if user.can(Capability.MANAGE_TENANT):
        registration = (
            Registration.objects.filter(public_id=public_id).select_related("enabled").first()
        )
    if registration is None:
        raise NotFound(registration=str(public_id))
    return registration


def access_signing_key(user: User, kid: str) -> SigningKey:
    """
    A key, by its name, for the staff who configure services; its private part stays sealed.

    :raises NotFound: if absent, or not theirs to see
    """
    key = None
    if user.can(Capability.MANAGE_TENANT):
        key = SigningKey.objects.filter(kid=kid).first()
    if key is None:
        raise NotFound(key=kid)
    return key
