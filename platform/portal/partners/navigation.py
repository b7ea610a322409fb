"""Where one can go in the space of partners."""

from __future__ import annotations

import dataclasses

from django.urls import reverse
from django.utils.translation import gettext as _

from federation.passplus.models import PartnerMember


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """A place of the space: its address, its words, its drawing."""

    url: str
    label: str
    icon: str
    is_here: bool


def doors_of(member: PartnerMember, path: str) -> tuple[Door, ...]:
    """The places of the space, five at most; a till's people have no team to manage."""
    found = [
        ("portal:partner-home", _("Valider"), "check"),
        ("portal:partner-history", _("Historique"), "clock"),
        ("portal:partner-tills", _("Caisses"), "home"),
    ]
    if member.is_manager:
        found.append(("portal:partner-statements", _("Relevés"), "invoice"))
        found.append(("portal:partner-team", _("Équipe"), "children"))
    home = reverse("portal:partner-home")
    doors = []
    for route, label, icon in found:
        url = reverse(route)
        is_here = path == url or (url != home and path.startswith(url))
        doors.append(Door(url, label, icon, is_here))
    return tuple(doors)
