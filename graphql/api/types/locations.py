"""Where a document is read: on the same host, by the person who asks and with their session."""

from __future__ import annotations

import uuid

from django.urls import reverse
from graphql import GraphQLResolveInfo

from tenants.accounts.capabilities import Capability


def document_url(info: GraphQLResolveInfo, name: str, public_id: uuid.UUID) -> str:
    """The address of a PDF: the console's for who reads the money of all, else the portal's."""
    context = info.context
    door = "console" if context.require_user().can(Capability.READ_MONEY) else "portal"
    return str(context.request.build_absolute_uri(reverse(f"{door}:{name}", args=[public_id])))
