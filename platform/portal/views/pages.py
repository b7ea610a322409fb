"""Pages that hold no rule and little data: help, declarations, the demo's mailbox."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commons import mail
from portal.doors import show
from tenants.accounts import totp


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The questions most asked."""
    return show(request, "portal/pages/help.html", {})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility declaration (law 2005-102, art. 47)."""
    return show(request, "portal/pages/accessibility.html", {})


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes this portal (law 2004-575, art. 6)."""
    return show(request, "portal/pages/legal.html", {})


@require_safe
def data_protection(request: HttpRequest) -> HttpResponse:
    """What is done with personal data, and one's rights (RGPD, art. 13)."""
    return show(request, "portal/pages/data_protection.html", {})


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """What this département sent; embedded settings only."""
    if not settings.HAS_MAILBOX:
        raise Http404
    context = {"letters": mail.kept_messages(), "codes": _demo_codes()}
    return show(request, "portal/pages/mailbox.html", context)


def _demo_codes() -> tuple[str, ...]:
    """What the demo's agents write after their password: the code of now, and the next."""
    if not settings.DEMO_CODE_SECRET:
        return ()
    step = totp.step_at(timezone.now())
    return tuple(totp.code_of(settings.DEMO_CODE_SECRET, one) for one in (step, step + 1))
