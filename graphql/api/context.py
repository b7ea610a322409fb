"""What a resolver knows of the request: who asks, when, and what was already read for them."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from api.refusals import Refused
from api.scalars import public_id
from commons.actors import Actor
from commons.errors import Forbidden
from federation.passplus import applicants
from federation.passplus.till_access import SPACE, access_membership
from tenants.accounts import factors, sessions
from tenants.accounts.capabilities import Capability
from tenants.accounts.middleware import user_in_space
from tenants.integrators import operations as integrators
from tenants.integrators.queries import Machine, machine_of

if TYPE_CHECKING:
    from federation.passplus.models import PartnerApplication, PartnerMember
    from tenants.accounts.models import User


def has_token(request: HttpRequest) -> bool:
    """Whether a request bears a token (RFC 6750): its cookies are then nobody's."""
    scheme, _space, _token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return bool(scheme.lower() == "bearer")


class Context:
    """One request. It is never shared: what it keeps belongs to one user of one tenant."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.reference: str = getattr(request, "reference", "")
        self.at: datetime.datetime = timezone.now()

    @functools.cached_property
    def has_token(self) -> bool:
        """Whether the request bears a token."""
        return has_token(self.request)

    @functools.cached_property
    def machine(self) -> Machine | None:
        """The machine whose token the request bears, or none when it bears none.

        :raises Refused: if the token is worth nothing here, or not any more
        """
        if not self.has_token:
            return None
        _scheme, _space, token = self.request.headers["Authorization"].partition(" ")
        found = machine_of(token.strip(), at=self.at)
        if found is None:
            raise Refused("TOKEN_REFUSED")
        if found.was_seen_before(self.at - integrators.SEEN_EVERY):
            integrators.note_use(integrator_id=found.integrator_id, at=self.at)
        return found

    @property
    def known_machine(self) -> Machine | None:
        """The same, and none when its token is worth nothing."""
        try:
            return self.machine
        except Refused:
            return None

    def require_machine(self) -> Machine:
        """The machine that asks.

        :raises Refused: if a person does
        """
        if self.machine is None:
            raise Refused("TOKEN_REQUIRED")
        return self.machine

    @property
    def today(self) -> datetime.date:
        """The local day of the request."""
        return timezone.localdate(self.at)

    @functools.cached_property
    def user(self) -> User | None:
        """Who is signed in, or nobody."""
        if self.has_token:
            return None
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

    def require_proof(self) -> None:
        """Refuse a session that did not prove lately who it is.

        :raises Refused: if it did not
        """
        facts = sessions.facts_of(self.request.session)
        if not factors.is_proved_lately(self.require_user(), facts, at=self.at):
            raise Refused("PROOF_REQUIRED")

    @functools.cached_property
    def partner_user(self) -> User | None:
        """Who is signed in to the partners' space: to all the rest they are nobody."""
        return None if self.has_token else user_in_space(self.request, SPACE)

    def require_partner_user(self) -> User:
        """Who is signed in to the partners' space.

        :raises Refused: if nobody is
        """
        if self.partner_user is None:
            raise Refused("SIGN_IN_REQUIRED")
        return self.partner_user

    def member(self, membership_id: str, *, manager: bool = False) -> PartnerMember:
        """The person of the partners' space, as a member of one of their partners.

        :raises NotFound: if they work for none of this name
        :raises Forbidden: if only who manages it may, and they do not
        """
        found = access_membership(self.require_partner_user(), public_id(membership_id))
        if manager and not found.is_manager:
            raise Forbidden(member=str(found.public_id))
        return found

    @property
    def partner_actor(self) -> Actor:
        """The author of what is done in the partners' space."""
        return Actor.user(self.require_partner_user())

    @functools.cached_property
    def application(self) -> PartnerApplication | None:
        """The application to become a partner that is open on this device."""
        if self.has_token:
            return None
        return applicants.opened(self.request.session, at=self.at)

    def require_application(self) -> PartnerApplication:
        """The application that is open on this device.

        :raises Refused: if none is
        """
        if self.application is None:
            raise Refused("APPLICATION_NOT_OPEN")
        return self.application

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
