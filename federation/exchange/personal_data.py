"""What the exchange holds about a person: the moves they opened, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from federation.agreements.reading import name_of
from federation.exchange.models import Arrival, Departure, Merge, ReceivedItem

if TYPE_CHECKING:
    from tenants.accounts.models import User

_SAID = (
    "items", "strength", "consent_version", "opened_at", "matched_at", "closed_at", "ended",
)  # fmt: skip


@holds(
    _("Vos arrivées d'un autre département"),
    why=_("Reprendre le dossier de votre enfant, comme vous l'avez demandé."),
    reads=("exchange.Arrival", "exchange.ReceivedItem", "exchange.Merge"),
)
def arrivals(user: User) -> Iterable[Record]:
    """Those the person opened, what came of each, and whose it was said to be."""
    for arrival in Arrival.objects.filter(guardian__user=user).order_by("pk"):
        items = ReceivedItem.objects.filter(arrival=arrival).order_by("pk")
        merges = Merge.objects.filter(arrival=arrival).select_related("pupil").order_by("pk")
        yield record_of(arrival, *_SAID, "received_at", département=name_of(arrival.other)) | {
            "éléments reçus": [
                record_of(item, "item", "state", "received_at", "decided_at") for item in items
            ],
            "rapprochements": [
                record_of(merge, "merged_at", "undone_at", enfant=merge.pupil.full_name)
                for merge in merges
            ],
        }


@holds(
    _("Vos départs vers un autre département"),
    why=_("Envoyer ce que vous avez choisi du dossier de votre enfant."),
    reads=("exchange.Departure",),
)
def departures(user: User) -> Iterable[Record]:
    """Those the person opened, and what went."""
    found = Departure.objects.filter(guardian__user=user).select_related("pupil")
    for departure in found.order_by("pk"):
        yield record_of(
            departure,
            *_SAID,
            "sent_at",
            département=name_of(departure.other),
            enfant=departure.pupil.full_name,
        )
