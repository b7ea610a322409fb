"""Who asked and who decided, by name: the rows keep the identifier of a person's account."""

from __future__ import annotations

import uuid

from console.records import NOTHING
from console.words import SYSTEM_ACTORS, said
from tenants.accounts.queries import user_named


def name_of_actor(actor_id: str) -> str:
    """The name of the person an act names, or the word for the part of the system that did it."""
    try:
        public_id = uuid.UUID(actor_id)
    except ValueError:
        return said(SYSTEM_ACTORS)(actor_id) or NOTHING
    user = user_named(public_id)
    return user.get_full_name() if user else actor_id
