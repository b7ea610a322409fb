"""The frame of the portal's pages: where one is, and where one can go."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from federation.passplus.holding import has_campaign
from portal import portals
from tenants.activation.queries import pupil_of

register = template.Library()


@register.inclusion_tag("portal/parts/navigation.html", takes_context=True)
def navigation(context: dict[str, Any], place: str) -> dict[str, Any]:
    """The doors of the portal, at the top or, on a phone, at the bottom: five there at most.

    Where there is Pass+, the services give it their place at the bottom, and the children theirs to
    their collège: home leads to both.
    """
    request = context["request"]
    path = request.path
    home = reverse("portal:home")
    doors = [(home, _("Accueil"), "home")]
    is_pupil = pupil_of(request.user) is not None
    has_pass_plus = _has_pass_plus(request)
    has_college = not hasattr(request, "acting")  # the school's life is none of an agent's
    if has_college:
        doors.append((reverse("portal:college"), _("Collège"), "calendar"))
    if is_pupil:
        doors.append((reverse("portal:own-canteen"), _("Cantine"), "meal"))
    elif place == "top" or not has_college:
        doors.append((reverse("portal:children"), _("Enfants"), "children"))
    if has_pass_plus:
        doors.append((reverse("portal:pass-plus"), _("Pass+"), "ticket"))
    if place == "top" or not has_pass_plus:
        doors.append((reverse("portal:services"), _("Services"), "services"))
    if not is_pupil:
        doors.append((reverse("portal:invoices"), _("Factures"), "invoice"))
    doors.append((reverse("portal:help"), _("Aide"), "help"))
    if path.startswith(reverse("portal:payments")):
        path = reverse("portal:invoices")  # what was paid is beside what is to be paid
    return {
        "place": place,
        "doors": [
            {
                "url": url,
                "label": label,
                "icon": icon,
                "is_here": path == url or (url != home and path.startswith(url)),
            }
            for url, label, icon in doors
        ],
    }


def _has_pass_plus(request: Any) -> bool:
    """Whether the département has Pass+; asked once for a page."""
    if not hasattr(request, "has_pass_plus"):
        request.has_pass_plus = has_campaign()
    found: bool = request.has_pass_plus
    return found


@register.inclusion_tag("portal/parts/switch.html", takes_context=True)
def switch(context: dict[str, Any]) -> dict[str, Any]:
    """One's portals: this one, and those of the other départements that one linked."""
    request = context["request"]
    return {"here": request.tenant, "others": portals.others(request)}


@register.simple_tag
def landing_url() -> str:
    """The address of the list of départements."""
    return f"{settings.PORTAL_ORIGIN.format(host=settings.PUBLIC_HOST)}/"


@register.inclusion_tag("portal/parts/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """The way here: label, address, label, address, …, label of this page."""
    pairs = list(zip(steps[:-1:2], steps[1:-1:2], strict=True))
    return {"pairs": pairs, "here": steps[-1]}


@register.inclusion_tag("portal/parts/alerts.html")
def alerts(messages: Any) -> dict[str, Any]:
    """What the previous act answered."""
    signs = {"success": ("good", "check"), "warning": ("warn", "alert"), "error": ("bad", "alert")}
    shown = []
    for message in messages:
        tone, sign = signs.get(message.level_tag, ("info", "info"))
        shown.append({"tone": tone, "sign": sign, "text": message.message})
    return {"alerts": shown}
