"""An agent who acts for a family sees the portal as the family sees it.

The agent's own session holds the name of the acting session. On the pages of the portal, and there
alone, the request's user is then the guardian, without any role of theirs, and bears `acting`: the
journal names the agent (`commons.actors`). What may be done is listed here, and nothing else:
docs/adr/0046.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.capabilities import Capability
from tenants.acting.models import ActingSession
from tenants.acting.queries import running

if TYPE_CHECKING:
    from tenants.accounts.models import User

SESSION_KEY = "acting"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# They belong to nobody: the agent stays who they are.
OF_NOBODY = frozenset(
    {
        "brand", "stripe-notices", "mailbox", "simulator", "simulator-service",
        "sign-in", "sign-out", "second-step", "protect", "confirm", "acting-enter",
        "activation", "activation-finish", "recovery", "recovery-link", "recovery-renew",
        "address-confirm",
        "identity-begin", "franceconnect-return", "educonnect-answer", "educonnect-return",
        "educonnect-metadata", "identity-link", "identity-code", "identity-leave", "signed-out",
        "openid-discovery", "openid-keys", "openid-token", "openid-person",
        "cas-validate", "cas-p3-validate",
        "departement-begin", "departement-return", "departement-keys", "departement-sign-out",
        "saml-metadata", "saml-leave",
        "partner-apply", "partner-apply-code", "partner-apply-body", "partner-apply-offer",
        "partner-apply-declarations", "partner-apply-payee", "partner-application",
        "partner-apply-submit", "partner-apply-abandon", "partner-apply-leave",
        "partner-agreement", "partner-agreement-code", "partner-agreement-document",
        "partner-home", "partner-sign-in", "partner-sign-out", "partner-invitation",
        "partner-join", "partner-choose", "partner-ticket", "partner-validate",
        "partner-capture", "partner-undo", "partner-history", "partner-history-file",
        "partner-team", "partner-invitation-withdraw", "partner-member-role",
        "partner-member-end", "partner-tills", "partner-till-stand", "partner-till-close",
        "partner-till-rename",
        "partner-offline", "partner-offline-phone", "partner-offline-send",
        "partner-offline-end", "partner-offline-worker",
        "pass-plus-keys", "notifications-worker", "notifications-leave",
        "partner-statements", "partner-statement", "partner-statement-document",
        "partner-statement-table", "partner-dispute", "partner-number",
        "partner-sheet", "partner-sheet-change", "partner-sheet-withdraw", "partner-account",
        "timetable-feed",
    }
)  # fmt: skip
# What is only for the person themselves, even to look at: their account, their money, tickets (who reads
# the code of one can spend it), the identity they give to a source of rights, their agreement to ask it,
# who services are told that they are, their children's life at the collège, and what they and the
# collège write to each other (docs/adr/0069).
CLOSED = frozenset(
    {
        "own-data", "own-data-file",
        "messages", "message-new", "message-thread", "message-leave", "message-report",
        "message-appeal", "message-attachment",
        "announcement-acknowledge", "device-add", "device-remove",
        "pay", "pay-together", "payment-return", "payment-resume", "payment-leave",
        "ticket", "ticket-new", "ticket-show", "ticket-document", "ticket-cancel",
        "rights-identity", "rights-tax-number", "rights-agreement", "rights-ask-again",
        "college", "timetable-week", "timetable-feeds", "timetable-feed-revoke",
        "marks", "absences", "absence", "absence-document", "homework",
        "security", "authenticator", "authenticator-remove", "passkey", "passkey-remove",
        "recovery-codes", "password", "sign-ins", "sessions-end", "session-end",
        "visit-end", "address",
        "move-choose", "move-agree", "move-withdraw",
        "portals", "portal-link", "portal-unlink", "portal-take-back", "openid-agree",
        "service-launch", "openid-authorize", "openid-sign-out", "cas-login", "cas-logout",
        "saml-sign-in", "saml-answer", "saml-sign-out", "saml-sign-out-asked",
    }
)  # fmt: skip
# What an agent may change once the session is widened.
CHANGES = frozenset(
    {
        "enrolment", "enrolment-days", "enrolment-resources", "enrolment-confirm", "calendar",
        "registrations", "registration-situation", "registration-photo", "registration-pieces",
        "registration-send", "registration-withdraw",
        "contest", "dispute", "card-numbers",
        "rights", "rights-way", "rights-add-document", "rights-give-up",
    }
)  # fmt: skip
OWN = frozenset({"acting-widen", "acting-end"})


@dataclasses.dataclass(frozen=True, slots=True)
class Acting:
    """The agent, and the session in which they act."""

    session: ActingSession
    agent: User

    @property
    def session_id(self) -> uuid.UUID:
        return self.session.public_id


class ActingRequest(HttpRequest):
    """From an agent who acts for a family, for the type checker."""

    acting: Acting
    user: User


class ActingMiddleware:
    """Show the portal to an agent as to the family they act for, and hold them to what is open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.tenant is None or match is None:  # type: ignore[attr-defined]
            return None  # the public host has no sessions
        if match.namespace != "portal" or match.url_name in OF_NOBODY:
            return None
        held = request.session.get(SESSION_KEY)
        if held is None or not request.user.is_authenticated:
            return None
        acting = _acting(request.user, held)
        if acting is None:
            leave(request)
            messages.info(request, _("Votre accès à ce dossier est terminé."))
            return redirect("console:index")
        request.acting = acting  # type: ignore[attr-defined]
        request.user = _family(acting)
        name = match.url_name or ""
        if name in OWN:
            return None
        is_change = request.method not in SAFE
        if name in CLOSED or (is_change and name not in CHANGES):
            return _refused(request, is_for_ever=True)
        if is_change and not acting.session.may_change:
            return _refused(request, is_for_ever=False)
        return None


def enter(request: HttpRequest, session: ActingSession) -> None:
    """From the next page on, the portal is the family's."""
    request.session[SESSION_KEY] = str(session.public_id)


def leave(request: HttpRequest) -> None:
    """The portal is the agent's again."""
    request.session.pop(SESSION_KEY, None)


def _acting(agent: User, held: str) -> Acting | None:
    if not agent.can(Capability.ACT_FOR_FAMILIES):
        return None
    session = running(agent=agent, public_id=uuid.UUID(held), at=timezone.now())
    return Acting(session, agent) if session else None


def _family(acting: Acting) -> User:
    """The guardian's account as an agent may use it: a member of staff's roles stay theirs."""
    user = cast("User", acting.session.guardian.user)
    user.__dict__["_roles"] = frozenset()
    user.acting = acting
    return user


def _refused(request: HttpRequest, *, is_for_ever: bool) -> HttpResponse:
    context = {"is_for_ever": is_for_ever, "places": ()}
    return render(request, "portal/pages/acting_refused.html", context, status=403)
