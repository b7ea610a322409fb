"""What the rights hold about a person: requests, agreements, calls, and the documents they gave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.rights.models import (
    BursaryAnswer,
    Consent,
    ProofDocument,
    RightsRequest,
    SourceCall,
)
from commons.personal_data import Record, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos demandes de droits"),
    why=_("Connaître les ressources de votre foyer, pour calculer le prix des repas."),
    reads=("rights.RightsRequest", "rights.BursaryAnswer", "rights.ProofDocument"),
)
def requests(user: User) -> Iterable[Record]:
    """Those the person made; those of another adult of the household are in that person's file."""
    for request in RightsRequest.objects.filter(guardian__user=user).order_by("created_at", "pk"):
        yield record_of(
            request, "state", "way", "outcome", "answer", "quotient_euros", "quotient_month",
            "quotient_year", "provider", "reference_tax_income_cents", "tax_parts", "income_year",
            "effective_from", "created_at", "closed_at",
        ) | {
            "bourses": [
                record_of(
                    bursary, "holds", "level", "school_year", enfant=bursary.pupil.full_name
                )
                for bursary in BursaryAnswer.objects.filter(request=request)
                .select_related("pupil")
                .order_by("pk")
            ],
            "pièces": [
                record_of(document, "kind", "size_bytes", "received_at", "deleted_at")
                for document in ProofDocument.objects.filter(request=request).order_by("pk")
            ],
        }  # fmt: skip


@holds(
    _("Vos accords"),
    why=_("Prouver ce que vous avez accepté, et le respecter."),
    reads=("rights.Consent",),
)
def consents(user: User) -> Iterable[Record]:
    """Word for word, with what was taken back."""
    for consent in Consent.objects.filter(guardian__user=user).order_by("given_at", "pk"):
        yield record_of(
            consent, "source_kind", "data", "text", "text_version", "given_at", "withdrawn_at"
        )


@holds(
    _("Les questions posées aux administrations"),
    why=_("Savoir qui a demandé quoi, et pourquoi. Gardé trente-six mois."),
    reads=("rights.SourceCall",),
)
def calls(user: User) -> Iterable[Record]:
    """Those that the person's agreements allowed."""
    found = SourceCall.objects.filter(consent__guardian__user=user).select_related("source")
    for call in found.order_by("called_at", "pk"):
        yield record_of(
            call, "purpose", "endpoint", "outcome", "called_at", service=str(call.source)
        )
