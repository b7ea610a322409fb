"""What stored codes mean, in French, where their model does not say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from billing.tariffs.models import HouseholdResources

if TYPE_CHECKING:
    from django.utils.functional import Promise

Words = Mapping[str, "str | Promise"]

ACTOR_KINDS: Words = {
    "user": _("Personne"),
    "system": _("Système"),
    "command": _("Ligne de commande"),
}
RECORD_KINDS: Words = {
    "PUPIL": _("Élève"),
    "GUARDIAN": _("Responsable"),
    "COLLEGE": _("Collège"),
}
SUBJECTS: Words = {
    "pupil": _("Élève"),
    "payer": _("Payeur"),
    "guardian": _("Responsable"),
    "household": _("Foyer"),
    "user": _("Compte"),
    "ledger": _("Grand livre"),
    "regie": _("Régie"),
    "billing_run": _("Facturation"),
    "invoice": _("Facture"),
    "anomaly": _("Anomalie"),
    "feed_import": _("Import"),
    "College": _("Collège"),
    "Enrolment": _("Inscription"),
    "ServiceDay": _("Jour de service"),
    "CanteenRules": _("Règles de la cantine"),
    "TariffVersion": _("Version de tarif"),
    "PriceDecision": _("Décision de prix"),
    "HouseholdResources": _("Ressources du foyer"),
}
# A price rests on a proof, on none, or on the family's choice of the highest price.
PRICE_SOURCES: Words = {
    **{str(value): label for value, label in HouseholdResources.Proof.choices},
    "CHOICE": _("Choix du prix maximum"),
    "": "–",
}


def said(words: Words) -> Callable[[Any], str]:
    """A code in words; as it is written when nobody named it."""
    return lambda code: str(words.get(code, code))
