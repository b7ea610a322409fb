"""Who is in the space of partners, and for which partner.

A session of this space says so in its facts, and everywhere else its person is nobody. Here they are
themselves, as a member of one of the partners they work for. On the pages of their own account's
security they are themselves too: the rest of the portal leads back here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from commons.errors import NotFound
from federation.passplus import till_access
from federation.passplus.models import PartnerMember, Till
from federation.passplus.till_queries import open_tills
from tenants.accounts.middleware import user_in_space
from tenants.activation.queries import pupil_of
from tenants.people.queries import guardian_of

if TYPE_CHECKING:
    from tenants.accounts.models import User

SPACE = till_access.SPACE
_MEMBER, _TILL = "partner-member", "partner-till"
# Where a person looks after their own account, whatever brought them.
OWN_ACCOUNT = frozenset(
    {
        "security", "confirm", "authenticator", "authenticator-remove", "passkey", "passkey-remove",
        "recovery-codes", "password", "sign-ins", "sessions-end", "session-end",
    }
)  # fmt: skip
# What is theirs of the whole portal: for who is nothing else here than a partner's.
OWN_DATA = frozenset({"own-data", "own-data-file"})
_LEAD_BACK = frozenset({"home", "account"})


class PartnerRequest(HttpRequest):
    """From somebody in the space of partners, for the type checker."""

    partner_user: User
    member: PartnerMember


class PartnerSpaceMiddleware:
    """Lead who is in the space of partners back to it, and let them look after their account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.in_partner_space = False  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.tenant is None or match is None or match.namespace != "portal":  # type: ignore[attr-defined]
            return None
        name = match.url_name or ""
        if name not in OWN_ACCOUNT | OWN_DATA | _LEAD_BACK:
            return None
        user = user_in_space(request, SPACE)
        if user is None:
            return None
        if name in _LEAD_BACK:
            return redirect("portal:partner-home")
        if name in OWN_ACCOUNT or is_partners_only(user):
            request.user = user
            request.in_partner_space = True  # type: ignore[attr-defined]
        return None


def is_partners_only(user: User) -> bool:
    """Whether an account is a partner's member and nothing else: no family, no pupil, no agent."""
    return (
        bool(till_access.memberships(user))
        and guardian_of(user) is None
        and pupil_of(user) is None
        and not user.given_roles()
    )


def space_of(user: User) -> str:
    """The space in which an account's sessions are opened at the common door."""
    return SPACE if is_partners_only(user) else ""


def chosen_member(request: HttpRequest, user: User) -> PartnerMember | None:
    """The partner this session works for: the one chosen, or the only one."""
    held = request.session.get(_MEMBER)
    if held is not None:
        try:
            return till_access.access_membership(user, uuid.UUID(held))
        except NotFound:
            request.session.pop(_MEMBER, None)
            request.session.pop(_TILL, None)
    own = till_access.memberships(user)
    return own[0] if len(own) == 1 else None


def choose_member(request: HttpRequest, member: PartnerMember) -> None:
    """Work for this partner from the next page on."""
    if request.session.get(_MEMBER) != str(member.public_id):
        request.session[_MEMBER] = str(member.public_id)
        request.session.pop(_TILL, None)


def chosen_till(request: HttpRequest, member: PartnerMember) -> Till | None:
    """The till this phone stands at: the one chosen while it is open, or the only one."""
    tills = open_tills(member.partner)
    held = request.session.get(_TILL)
    for till in tills:
        if str(till.public_id) == held:
            return till
    return tills[0] if len(tills) == 1 else None


def choose_till(request: HttpRequest, till: Till) -> None:
    """Stand at this till from the next page on."""
    request.session[_TILL] = str(till.public_id)
