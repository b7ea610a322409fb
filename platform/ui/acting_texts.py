"""What an agent did for a family, and why they may not, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Acts that go with another one are not said twice: they have no words.
ACTS: dict[str, str | Promise] = {
    "canteen.enrolment.created": _("Inscription à la cantine"),
    "canteen.enrolment.draft_saved": _("Inscription à la cantine commencée"),
    "canteen.meal.added": _("Repas ajouté"),
    "canteen.meal.cancelled": _("Repas annulé"),
    "tariffs.contest.opened": _("Prix contesté"),
    "billing.dispute.opened": _("Erreur signalée dans une facture"),
    "rights.request.begun": _("Demande sur le prix des repas commencée"),
    "rights.request.way_chosen": _("Moyen choisi pour une demande"),
    "rights.request.document_added": _("Document ajouté à une demande"),
    "rights.request.abandoned": _("Demande abandonnée"),
    "tariffs.resources.recorded": _("Prix le plus haut choisi"),
}
OTHER = _("Autre changement")
UNSAID = frozenset(
    {
        "acting.session.begun", "acting.session.widened", "acting.session.ended",
        "accounts.user.created", "tariffs.price.decided", "tariffs.prices.decided_again",
        "rights.request.decided",
    }
)  # fmt: skip


def act_words(action: str) -> str:
    """An act as the family reads it; empty when another one says it."""
    return "" if action in UNSAID else str(ACTS.get(action, OTHER))


ERRORS: dict[str, tuple[str | Promise, str | Promise]] = {
    "ACTING_FORBIDDEN": (
        _("Vous ne pouvez pas agir pour cette personne."),
        _("Un collègue peut le faire, si son rôle le permet."),
    ),
    "ACTING_REASON_MISSING": (
        _("Dites pourquoi, en %(least)s à %(most)s signes."),
        _("La famille lira cette raison."),
    ),
    "ACTING_TOO_LONG": (
        _("Un accès dure %(minutes)s minutes au plus."),
        _("Choisissez une durée plus courte."),
    ),
    "ACTING_OVER": (
        _("Votre accès à ce dossier est terminé."),
        _("Recommencez depuis la console."),
    ),
}
