"""What Pass+ keeps of the children of a person: their cards, and what was spent, where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from federation.passplus.models import (
    Card,
    OfflinePermit,
    PartnerAgreement,
    PartnerApplication,
    PartnerInvitation,
    PartnerMember,
    StatementDispute,
    Ticket,
    TillCapture,
)
from federation.passplus.queries import place_of
from federation.passplus.registration_models import Registration, RegistrationDocument
from tenants.people.personal_data import own_pupils

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Le Pass+ de vos enfants"),
    why=_("Donner à chaque jeune son crédit, et payer les clubs et les lieux où il le dépense."),
    reads=(
        "passplus.Card",
        "passplus.Purse",
        "passplus.Ticket",
        "passplus.AwayCapture",
        "passplus.Notice",
        "passplus.CardNumber",
    ),
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
            ],
            "numéros": [
                record_of(number, "kind", "number", "linked_at", "ended_at")
                for number in card.pupil.card_numbers.order_by("linked_at", "pk")
            ],
            "messages": [
                record_of(notice, "kind", "day", "told_at")
                for notice in card.notices.order_by("told_at", "pk")
            ],
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


@holds(
    _("Votre travail chez un partenaire du Pass+"),
    why=_("Vous ouvrir l'espace de ce partenaire, et dire qui a validé chaque ticket."),
    reads=(
        "passplus.PartnerMember",
        "passplus.PartnerInvitation",
        "passplus.TillCapture",
        "passplus.OfflinePermit",
        "passplus.Till",
    ),
)
def partner_work(user: User) -> Iterable[Record]:
    """The partners a person works or worked for, what they validated there, and who was asked to join."""
    for member in PartnerMember.objects.filter(user_id=user.pk).select_related("partner"):
        captures = TillCapture.objects.filter(member=member).select_related("till")
        permits = OfflinePermit.objects.filter(member=member).select_related("till")
        yield record_of(member, "role", "joined_at", "ended_at", partenaire=member.partner.name) | {
            "validations": [
                record_of(
                    capture, "cents", "way", "taken_at", "refusal", "undone_at",
                    caisse=capture.till.name,
                )
                for capture in captures.order_by("booked_at", "pk")
            ],
            "sans réseau": [
                record_of(permit, "begun_at", "until", "ended_at", caisse=permit.till.name)
                for permit in permits.order_by("begun_at", "pk")
            ],
        }  # fmt: skip
    invited = PartnerInvitation.objects.filter(email=user.email) if user.email else ()
    for invitation in invited:
        yield record_of(invitation, "email", "role", "invited_at", "expires_at", "ended_at")


@holds(
    _("Vos contestations de relevés Pass+"),
    why=_("Répondre au partenaire sur une ligne de son relevé, et garder ce qui a été dit."),
    reads=("passplus.StatementDispute",),
)
def disputes(user: User) -> Iterable[Record]:
    """Those the person wrote for a partner, with what was answered; no colleague's."""
    found = StatementDispute.objects.filter(opened_by=str(user.public_id)).select_related(
        "line__statement__partner"
    )
    for dispute in found.order_by("opened_at", "pk"):
        statement = dispute.line.statement
        yield record_of(
            dispute, "text", "state", "opened_at", "answer", "answered_at",
            partenaire=statement.partner.name, relevé=statement.number,
        )  # fmt: skip


@holds(
    _("Vos demandes de partenariat Pass+"),
    why=_("Affilier une structure, lui faire signer sa convention, et la payer."),
    reads=("passplus.PartnerApplication", "passplus.PartnerAgreement"),
)
def partner_files(user: User) -> Iterable[Record]:
    """What was asked and signed from a person's address, in the name of a body."""
    if not user.email:
        return
    mine = PartnerApplication.objects.filter(email=user.email.lower())
    for application in mine.order_by("pk"):
        signed = PartnerAgreement.objects.filter(application=application).defer("document")
        yield record_of(
            application, "name", "siret", "email", "signer_name", "signer_role", "signer_phone",
            "state", "created_at", "submitted_at",
        ) | {
            "convention": [record_of(one, "signed_at", "signer_email", "sha256") for one in signed]
        }  # fmt: skip
