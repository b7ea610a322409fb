"""Who may see and configure endpoints. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.webhooks.models import Delivery, Endpoint
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_endpoint(user: User, public_id: uuid.UUID) -> Endpoint:
    """
    An endpoint, for the staff who configure the département.

    :raises NotFound: if absent, or not theirs to see
    """
    endpoint = None
    if user.can(Capability.MANAGE_TENANT):
        endpoint = Endpoint.objects.filter(public_id=public_id).first()
    if endpoint is None:
        raise NotFound(endpoint=str(public_id))
    return endpoint


def access_delivery(user: User, public_id: uuid.UUID) -> Delivery:
    """
    A delivery with its endpoint, for the same staff.

    :raises NotFound: if absent, or not theirs to see
    """
    delivery = None
    if user.can(Capability.MANAGE_TENANT):
        found = Delivery.objects.filter(public_id=public_id)
        delivery = found.select_related("endpoint").first()
    if delivery is None:
        raise NotFound(delivery=str(public_id))
    return delivery
