"""What of the portal counts as which service, for the usage counts (`federation.usage`).

A page is counted once it was served to somebody signed in, for themselves: not to an agent who acts for
a family, whose visit is none of the family's; not to who has yet to prove their second factor, who is
nobody so far. The console and the API are not counted: one is where the département works, the other is
asked by software. A service of a third party counts when somebody is let into it, from its card or from
the service itself: the view says so (`used`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from federation.usage import operations
from federation.usage.models import Kind
from federation.usage.operations import Use

if TYPE_CHECKING:
    from federation.ent.queries import OpenService

_FIRST_REFUSAL = 400


def _routes(by_service: Mapping[str, Iterable[str]]) -> dict[str, Use | None]:
    found: dict[str, Use | None] = {
        route: Use(Kind.NATIVE, code) for code, routes in by_service.items() for route in routes
    }
    return found


# Every route of the portal: its service, or None where there is none. A test says which one is missing.
SERVICES = _routes(
    {
        "accueil": ("home",),
        "enfants": ("children", "child"),
        "cantine": (
            "enrolment", "enrolment-days", "enrolment-resources", "enrolment-confirm",
            "price", "contest", "calendar", "own-canteen",
        ),
        "factures": (
            "invoices", "invoice", "invoice-document", "credit-note-document", "dispute",
            "pay", "pay-together", "payments", "payment", "payment-return", "payment-resume",
            "payment-leave", "receipt-document", "certificate-document",
        ),
        "droits": (
            "rights", "rights-request", "rights-way", "rights-identity", "rights-tax-number",
            "rights-agreement", "rights-add-document", "rights-document", "rights-ask-again",
            "rights-take-back", "rights-give-up",
        ),
        "pass-plus": (
            "registrations", "registration", "registration-situation", "registration-photo",
            "registration-pieces", "registration-send", "registration-withdraw",
            "registration-document",
            "pass-plus", "pass-plus-child", "pass-plus-history",
            "card-numbers", "ticket", "ticket-new", "ticket-show", "ticket-document", "ticket-cancel",
        ),
        "messagerie": (
            "messages", "message-new", "message-thread", "message-leave", "message-report",
            "message-appeal", "message-attachment",
        ),
        "services": ("services", "service", "service-favourite"),
        "emploi-du-temps": (
            "college", "timetable-week", "timetable-feeds", "timetable-feed-revoke",
        ),
        "notes": ("marks",),
        "absences": ("absences", "absence", "absence-document"),
        "devoirs": ("homework",),
        "annonces": (
            "announcements", "announcement", "announcement-acknowledge", "announcement-document",
            "notifications", "device-add", "device-remove",
        ),
        "compte": (
            "account", "address", "security", "authenticator", "authenticator-remove", "passkey",
            "passkey-remove", "recovery-codes", "password", "sign-ins", "sessions-end",
            "session-end", "visits", "visit-end", "own-data", "own-data-file",
            "portals", "portal-link", "portal-unlink", "portal-take-back",
            "moves", "move", "move-choose", "move-agree", "move-withdraw",
        ),
        "aide": ("help",),
    }
) | dict.fromkeys(
    (
        # Doors, on the way in or out: nobody is there yet, or any more.
        "sign-in", "sign-out", "signed-out", "second-step", "protect", "confirm",
        "activation", "activation-finish", "recovery", "recovery-link", "recovery-renew",
        "address-confirm", "identity-begin", "identity-link", "identity-code", "identity-leave",
        "franceconnect-return", "educonnect-answer", "educonnect-return", "educonnect-metadata",
        "departement-begin", "departement-return", "openid-agree",
        # What others' servers ask, and what leads to a service: it counts by being let in.
        "departement-keys", "departement-sign-out", "pass-plus-keys",
        "stripe-notices", "openid-discovery", "openid-keys", "openid-authorize", "openid-token",
        "openid-person", "openid-sign-out", "cas-login", "cas-logout", "cas-validate",
        "cas-p3-validate", "saml-metadata", "saml-sign-in", "saml-answer", "saml-sign-out",
        "saml-sign-out-asked", "saml-leave", "service-launch",
        # Of partners, whose validations are counted as such.
        "partner-home", "partner-sign-in", "partner-sign-out", "partner-invitation",
        "partner-join", "partner-choose", "partner-ticket", "partner-validate",
        "partner-capture", "partner-undo", "partner-history", "partner-history-file",
        "partner-team", "partner-invitation-withdraw", "partner-member-role",
        "partner-member-end", "partner-tills", "partner-till-stand", "partner-till-close",
        "partner-till-rename",
        "partner-offline", "partner-offline-phone", "partner-offline-send",
        "partner-offline-end", "partner-offline-worker",
        "partner-statements", "partner-statement", "partner-statement-document",
        "partner-statement-table", "partner-dispute", "partner-number",
        "partner-sheet", "partner-sheet-change", "partner-sheet-withdraw", "partner-account",
        # Open to all, or of agents.
        "notifications-worker", "notifications-leave",
        "partner-directory", "partner",
        "partner-apply", "partner-apply-code", "partner-apply-body", "partner-apply-offer",
        "partner-apply-declarations", "partner-apply-payee", "partner-application",
        "partner-apply-submit", "partner-apply-abandon", "partner-apply-leave",
        "partner-agreement", "partner-agreement-code", "partner-agreement-document",
        "brand", "mailbox", "simulator", "simulator-service", "data-protection", "accessibility",
        "legal", "timetable-feed", "acting-enter", "acting-widen", "acting-end",
    )
)  # fmt: skip


class UsageMiddleware:
    """Count each page that was served, after it was made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.USAGE_COUNTED and response.status_code < _FIRST_REFUSAL:
            use = _use_of(request)
            if use is not None and request.user.is_authenticated:
                _count(request, use)
        return response


def used(request: HttpRequest, service: OpenService) -> None:
    """Somebody was let into a service of the catalogue: count it, with the page that led there."""
    kind = Kind.NATIVE if service.is_native else Kind.THIRD_PARTY
    request.used_service = Use(kind, service.code)  # type: ignore[attr-defined]


def _use_of(request: HttpRequest) -> Use | None:
    match = request.resolver_match
    if match is None or match.namespace != "portal" or hasattr(request, "acting"):
        return None
    said: Use | None = getattr(request, "used_service", None)
    return said or SERVICES.get(match.url_name or "")


def _count(request: HttpRequest, use: Use) -> None:
    user: Any = request.user
    at = timezone.now()
    operations.touch_if_possible(
        visitor=user.public_id,
        use=use,
        place=lambda: operations.place_of(user, on=timezone.localdate(at)),
        at=at,
    )
