"""Which accounts a person may reach beside their own. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import User


def access_account(user: User, public_id: uuid.UUID) -> User:
    """
    An account of the département, for who manages it.

    :raises NotFound: if absent, or not theirs to see
    """
    may = user.can(Capability.MANAGE_TENANT)
    found = User.objects.filter(public_id=public_id).first() if may else None
    if found is None:
        raise NotFound(user=str(public_id))
    return found
