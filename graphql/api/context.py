"""What a resolver knows of the request: who asks, when, and what was already read for them."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from api.refusals import Refused
from commons.actors import Actor
from commons.errors import Forbidden
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


class Context:
    """One request. It is never shared: what it keeps belongs to one user of one tenant."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.reference: str = getattr(request, "reference", "")
        self.at: datetime.datetime = timezone.now()

    @property
    def today(self) -> datetime.date:
        """The local day of the request."""
        return timezone.localdate(self.at)

    @functools.cached_property
    def user(self) -> User | None:
        """Who is signed in, or nobody."""
        user = self.request.user
        return user if user.is_authenticated else None

    def require_user(self) -> User:
        """Who is signed in.

        :raises Refused: if nobody is
        """
        if self.user is None:
            raise Refused("SIGN_IN_REQUIRED")
        return self.user

    def require(self, *capabilities: Capability) -> User:
        """Who is signed in, having one of these capabilities.

        :raises Refused: if nobody is signed in
        :raises Forbidden: if they have none of them
        """
        user = self.require_user()
        if not any(user.can(capability) for capability in capabilities):
            raise Forbidden(needs=[capability.value for capability in capabilities])
        return user

    @property
    def may_read_schema(self) -> bool:
        """Agents may; in the embedded settings (demo, development) everybody may."""
        return settings.HAS_MAILBOX or (
            self.user is not None and self.user.can(Capability.USE_CONSOLE)
        )

    def require_schema(self) -> None:
        """
        :raises Refused: if whoever asks may not read the schema
        """
        if not self.may_read_schema:
            raise Refused("INTROSPECTION_REFUSED")

    @property
    def actor(self) -> Actor:
        """The author of the acts of this request."""
        return Actor.user(self.require_user())
