"""What was done to the software that is let in, or told; `console.words` gathers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACTIONS: Mapping[str, str | Promise] = {
    "integrators.machine.registered": _("Logiciel inscrit"),
    "integrators.machine.rotated": _("Secret d'un logiciel changé"),
    "integrators.machine.revoked": _("Logiciel révoqué"),
    "integrators.origin.allowed": _("Origine admise"),
    "integrators.origin.withdrawn": _("Origine retirée"),
    "webhooks.endpoint.created": _("Logiciel prévenu ajouté"),
    "webhooks.endpoint.gone": _("Logiciel prévenu qui dit ne plus exister"),
    "webhooks.endpoint.paused": _("Envois à un logiciel mis en pause"),
    "webhooks.endpoint.recovered": _("Logiciel prévenu qui répond de nouveau"),
    "webhooks.endpoint.replayed": _("Envois à un logiciel refaits"),
    "webhooks.endpoint.resumed": _("Envois à un logiciel repris"),
    "webhooks.endpoint.rotated": _("Secret d'un logiciel prévenu changé"),
    "webhooks.endpoint.subscribed": _("Événements d'un logiciel prévenu changés"),
    "webhooks.endpoint.tried": _("Essai d'un logiciel prévenu"),
    "webhooks.endpoint.tripped": _("Logiciel prévenu en panne"),
}
