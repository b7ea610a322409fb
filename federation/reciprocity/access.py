"""Who may read or sign what is shared with another département. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.reciprocity import queries
from federation.reciprocity.models import Agreement, Statement
from tenants.accounts.capabilities import Capability
from tenants.registry import directory
from tenants.registry.models import Departement

if TYPE_CHECKING:
    from tenants.accounts.models import User

READS = (Capability.MANAGE_PASSPLUS, Capability.READ_MONEY)


def _reads(user: User) -> bool:
    return any(user.can(capability) for capability in READS)


def access_agreement(user: User, public_id: uuid.UUID) -> Agreement:
    """
    An agreement, or a proposal, of this département, for who follows Pass+ or its money.

    :raises NotFound: if absent, or not theirs to see
    """
    found = queries.agreements().filter(public_id=public_id).first() if _reads(user) else None
    if found is None:
        raise NotFound(agreement=str(public_id))
    return found


def access_statement(user: User, public_id: uuid.UUID) -> Statement:
    """
    A monthly statement of this département with another.

    :raises NotFound: if absent, or not theirs to see
    """
    found = queries.statements().filter(public_id=public_id).first() if _reads(user) else None
    if found is None:
        raise NotFound(statement=str(public_id))
    return found


def access_party(user: User, code: str) -> Departement:
    """
    Another département that something may be agreed or settled with.

    :raises NotFound: if absent, or not theirs to see
    """
    found = directory.neighbour(code) if _reads(user) else None
    if found is None:
        raise NotFound(departement=code)
    return found
