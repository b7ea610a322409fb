"""What the tariffs hold about a person: the resources they gave, and the prices of their children."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.tariffs.models import HouseholdResources, PriceContest, PriceDecision
from commons.personal_data import Record, holds, record_of
from tenants.people.personal_data import own_pupils

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les ressources de votre foyer"),
    why=_("Calculer le prix des repas. Seuls votre foyer et les agents qui calculent les lisent."),
    reads=("tariffs.HouseholdResources",),
)
def resources(user: User) -> Iterable[Record]:
    """Those of a household, for the time the person is of it."""
    membership = Q(household__members__guardian__user=user)
    overlaps = (
        Q(household__members__valid_until__isnull=True)
        | Q(household__members__valid_until__gt=F("valid_from"))
    ) & (Q(valid_until__isnull=True) | Q(valid_until__gt=F("household__members__valid_from")))
    found = HouseholdResources.objects.filter(membership & overlaps).distinct()
    for row in found.order_by("valid_from", "pk"):
        yield record_of(
            row, "basis", "quotient_familial", "reference_tax_income_cents",
            "monthly_income_cents", "monthly_benefits_cents", "tax_parts", "children", "statuses",
            "proof_kind", "proof_dated_on", "proof_note", "choose_maximum", "valid_from", "valid_until",
            "recorded_at",
        )  # fmt: skip


@holds(
    _("Les prix de vos enfants"),
    why=_("Facturer les repas au prix décidé, et pouvoir l'expliquer."),
    reads=("tariffs.PriceDecision",),
)
def prices(user: User) -> Iterable[Record]:
    """The prices; what they rest on is in the resources of one's own household."""
    found = PriceDecision.objects.filter(pupil__in=own_pupils(user)).select_related("pupil")
    for row in found.order_by("valid_from", "pk"):
        yield record_of(
            row, "service", "unit_price_cents", "valid_from", "valid_until", "decided_at",
            enfant=row.pupil.full_name,
        )  # fmt: skip


@holds(
    _("Ce que vous avez contesté"),
    why=_("Répondre à ce que vous dites d'un prix, et garder la réponse."),
    reads=("tariffs.PriceContest",),
)
def contests(user: User) -> Iterable[Record]:
    """What the person said of a price, and the answer."""
    found = PriceContest.objects.filter(guardian__user=user).select_related("decision__pupil")
    for row in found.order_by("opened_at", "pk"):
        yield record_of(
            row, "text", "state", "opened_at", "answer", "answered_at",
            enfant=row.decision.pupil.full_name,
        )  # fmt: skip
