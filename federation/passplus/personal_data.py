"""What Pass+ keeps of the children of a person: their cards, and what was spent, where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from federation.passplus.models import Card, Ticket
from federation.passplus.queries import place_of
from federation.passplus.registration_models import Registration, RegistrationDocument
from tenants.people.personal_data import own_pupils

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Le Pass+ de vos enfants"),
    why=_("Donner à chaque jeune son crédit, et payer les clubs et les lieux où il le dépense."),
    reads=("passplus.Card", "passplus.Purse", "passplus.Ticket", "passplus.AwayCapture"),
)
def cards(user: User) -> Iterable[Record]:
    """The cards of the children a person answers for, or their own, with their tickets."""
    found = Card.objects.filter(pupil__in=own_pupils(user)).select_related("campaign", "pupil")
    for card in found.order_by("granted_at", "pk"):
        tickets = Ticket.objects.filter(purse__card=card).select_related(
            "purse", "captured_by", "captured_away"
        )
        yield record_of(
            card, "status", "facts", "granted_at",
            campagne=card.campaign.label, enfant=str(card.pupil),
        ) | {
            "tickets": [
                record_of(
                    ticket, "code", "cents", "state", "captured_cents", "made_at", "ended_at",
                    **{"porte-monnaie": ticket.purse.code},
                    partenaire=place_of(ticket),
                )
                for ticket in tickets.order_by("made_at", "pk")
            ]
        }  # fmt: skip


@holds(
    _("Vos inscriptions au Pass+"),
    why=_("Savoir si un enfant a droit au Pass+. Effacé quand l'inscription est finie."),
    reads=("passplus.Registration", "passplus.RegistrationDocument"),
)
def registrations(user: User) -> Iterable[Record]:
    """Those the person made; those of the other parent are in that person's file."""
    found = Registration.objects.filter(guardian__user=user).select_related("campaign", "pupil")
    for registration in found.order_by("created_at", "pk"):
        documents = RegistrationDocument.objects.filter(registration=registration).order_by("pk")
        yield record_of(
            registration, "state", "declared", "reason", "answer", "created_at", "submitted_at",
            "closed_at",
            campagne=registration.campaign.label, enfant=registration.pupil.full_name,
        ) | {
            "pièces": [
                record_of(
                    document, "kind", "state", "size_bytes", "received_at", "deleted_at"
                )
                for document in documents
            ]
        }  # fmt: skip
