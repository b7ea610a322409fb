"""Who configures machines and origins. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.integrators.models import AllowedOrigin, Integrator

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_integrator(user: User, public_id: uuid.UUID) -> Integrator:
    """
    A machine, for the staff who manage the département.

    :raises NotFound: if absent, or not theirs to see
    """
    found = None
    if user.can(Capability.MANAGE_TENANT):
        found = Integrator.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(integrator=str(public_id))
    return found


def access_origin(user: User, public_id: uuid.UUID) -> AllowedOrigin:
    """
    An origin that is or was allowed, for the same staff.

    :raises NotFound: if absent, or not theirs to see
    """
    found = None
    if user.can(Capability.MANAGE_TENANT):
        found = AllowedOrigin.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(origin=str(public_id))
    return found
