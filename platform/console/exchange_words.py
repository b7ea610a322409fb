"""What stored codes of pupils who move mean, in French; `console.words` gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

Words = Mapping[str, "str | Promise"]

SYSTEM_ACTORS: Words = {"exchange": _("Échange entre départements")}
SUBJECTS: Words = {"Arrival": _("Arrivée d'un élève"), "Departure": _("Départ d'un élève")}
ACTIONS: Words = {
    "exchange.agreement.ended": _("Convention d'échange dénoncée"),
    "exchange.agreement.proposed": _("Convention d'échange proposée"),
    "exchange.agreement.signed": _("Convention d'échange signée"),
    "exchange.arrival.closed": _("Arrivée d'un élève terminée"),
    "exchange.arrival.item_decided": _("Élément reçu repris ou laissé"),
    "exchange.arrival.merged": _("Arrivée rapprochée d'un élève"),
    "exchange.arrival.opened": _("Arrivée d'un élève ouverte"),
    "exchange.arrival.received": _("Dossier d'un élève reçu"),
    "exchange.arrival.unmerged": _("Rapprochement défait"),
    "exchange.departure.closed": _("Départ d'un élève terminé"),
    "exchange.departure.confirmed": _("Correspondance confirmée par un agent"),
    "exchange.departure.matched": _("Correspondance probable trouvée"),
    "exchange.departure.opened": _("Départ d'un élève ouvert"),
    "exchange.departure.sent": _("Dossier d'un élève envoyé"),
    "rights.request.moved_in": _("Demande ouverte par une arrivée"),
}
