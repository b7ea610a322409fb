"""Who may see and decide what the département publishes. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.publication import queries
from federation.publication.models import Publication
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User

READS = (Capability.PUBLISH_FIGURES, Capability.READ_MONEY)


def access_publication(user: User, public_id: uuid.UUID) -> Publication:
    """
    What was prepared of a figure, for who publishes or follows the département's figures.

    :raises NotFound: if absent, or not theirs to see
    """
    found = None
    if any(user.can(capability) for capability in READS):
        found = queries.publications().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(publication=str(public_id))
    return found
