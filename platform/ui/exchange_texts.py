"""What is said of pupils who move: refusals, items, where each half stands, and what a guardian agrees to."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from billing.tariffs.models import HouseholdResources
from commons.money import format_euros
from federation.correspondence.models import Agreement
from federation.exchange.models import Arrival, Departure, Ended, ReceivedItem
from federation.exchange.taking_over import content_of
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

EXCHANGE: dict[str, tuple[str | Promise, str | Promise]] = {
    "EXCHANGE_NO_AGREEMENT": (
        _("Aucune convention ne permet cet échange aujourd'hui."),
        _("Choisissez un autre département, ou appelez-nous."),
    ),
    "EXCHANGE_ITEM_NOT_OFFERED": (
        _("Choisissez au moins un élément proposé."),
        _("Cochez ce qui doit passer, puis recommencez."),
    ),
    "EXCHANGE_NOT_THEIR_CHILD": (
        _("Vous ne pouvez pas faire cette demande pour cet enfant."),
        _("L'autre parent peut la faire, ou appelez-nous."),
    ),
    "EXCHANGE_QUOTA_REACHED": (
        _("Trop de demandes ont été ouvertes cette année."),
        _("Appelez-nous : nous regardons avec vous."),
    ),
    "EXCHANGE_ALREADY_MOVING": (
        _("Une demande est déjà ouverte pour cet enfant."),
        _("Retirez-la d'abord, si elle n'est plus bonne."),
    ),
    "EXCHANGE_IDENTITY_INVALID": (
        _("Cette identité n'est pas complète."),
        _("Vérifiez le nom, le prénom et la date de naissance."),
    ),
    "EXCHANGE_MOVE_OVER": (
        _("Cette demande est terminée."),
        _("Il n'y a plus rien à faire ici."),
    ),
    "EXCHANGE_NOT_THE_SAME_CHILD": (
        _("Cet élève ne ressemble pas à l'enfant annoncé."),
        _("Vérifiez le nom, la date de naissance et l'INE."),
    ),
    "EXCHANGE_MERGED_ALREADY": (
        _("Cette arrivée est déjà celle d'un autre élève."),
        _("Défaites d'abord ce rapprochement."),
    ),
    "EXCHANGE_TAKEN_OVER": (
        _("Un élément est déjà repris pour cet élève."),
        _("Défaites d'abord ce qui a été repris."),
    ),
    "EXCHANGE_NOT_MERGED": (
        _("On ne sait pas encore qui est cet élève ici."),
        _("Rapprochez d'abord l'arrivée d'un élève."),
    ),
    "EXCHANGE_NOTHING_TO_TAKE_OVER": (
        _("Il n'y a rien à reprendre."),
        _("Laissez cet élément de côté."),
    ),
    "EXCHANGE_NO_HOUSEHOLD": (
        _("Cet élève n'a pas de foyer ici, ou c'est celui d'un autre."),
        _("Formez d'abord le foyer de la famille."),
    ),
    "EXCHANGE_NOTHING_TO_CONFIRM": (
        _("Aucune correspondance n'attend votre accord."),
        _("Les éléments sont peut-être déjà partis."),
    ),
}
ITEMS: dict[str, str | Promise] = {
    "RIGHTS": _("Vos ressources déjà prouvées"),
    "PASS_PLUS": _("Le solde du Pass+"),
}
ITEM_DETAILS: dict[str, str | Promise] = {
    "RIGHTS": _("Le quotient et la pièce qui le prouve. Vous n'aurez pas à les redonner."),
    "PASS_PLUS": _("Ce qui reste sur chaque porte-monnaie. L'argent reste où il est."),
}
CONSENT_VERSION = "2026-11"


def items_said(items: Collection[str]) -> str:
    """`le solde du Pass+ et vos ressources déjà prouvées`."""
    return wording.and_list(str(ITEMS.get(item, item)) for item in sorted(items))


def terms_said(agreement: Agreement) -> list[str]:
    """What an agreement lets pass, how often, and what is given: one sentence each."""
    told = [
        now("Peut passer : %(items)s.") % {"items": items_said(agreement.items)},
        now("Chaque côté ouvre %(count)s demandes par année scolaire au plus.")
        % {"count": agreement.most_a_year},
    ]
    if agreement.pupil_cents is not None:
        told.append(
            now("Un élève qui habite ailleurs : %(money)s par an, dès 10\u00a0%% du collège.")
            % {"money": format_euros(agreement.pupil_cents)}
        )
    return told


def arrival_consent(departement: str) -> str:
    """What a guardian agrees to where they arrive."""
    return now(
        "J'accepte que mon département cherche le dossier de mon enfant auprès du département "
        "%(departement)s. Il envoie une empreinte secrète, jamais son nom. Je peux retirer mon accord."
    ) % {"departement": departement}


def departure_consent(departement: str) -> str:
    """What a guardian agrees to where they leave."""
    return now(
        "J'accepte que ces éléments, et eux seuls, partent vers le département %(departement)s. "
        "Ils partent si j'ai fait la même demande là-bas. Je peux retirer mon accord."
    ) % {"departement": departement}


def contents_said(item: ReceivedItem) -> str:
    """What came, for the agent who takes it over: `QF 612,00 · avis d'impôt`, or what is left of a card."""
    content = content_of(item)
    if item.item == "RIGHTS":
        return _rights_said(content)
    return " · ".join(
        f"{card['label']}, {purse['label']} : {format_euros(purse['cents'])}"
        for card in content.get("cards", [])
        for purse in card["purses"]
    )


def _rights_said(content: Mapping[str, Any]) -> str:
    told = []
    if content.get("quotient"):
        told.append(now("quotient %(value)s") % {"value": content["quotient"]})
    if content.get("reference_tax_income_cents"):
        money = format_euros(content["reference_tax_income_cents"])
        told.append(now("revenu fiscal %(money)s") % {"money": money})
    if content.get("tax_parts"):
        told.append(now("%(parts)s parts") % {"parts": content["tax_parts"]})
    if content.get("proof_kind"):
        told.append(str(HouseholdResources.Proof(content["proof_kind"]).label))
    return " · ".join(told)


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where one half of a move stands: a title, what comes next, and how it looks."""

    title: str
    next: str
    tone: str


def standing_of(move: Arrival | Departure) -> Standing:
    """Where a move stands, for the family."""
    if not move.is_open:
        return _over(move)
    crossed = move.received_at if isinstance(move, Arrival) else move.sent_at
    if crossed is not None:
        if isinstance(move, Arrival):
            return Standing(
                now("Le dossier est arrivé"), now("Un agent le reprend bientôt."), "info"
            )
        return Standing(
            now("Le dossier est parti"), now("L'autre département le reprend bientôt."), "info"
        )
    if move.matched_at is not None:
        return Standing(
            now("Correspondance probable"),
            now("Un agent vérifie, puis le dossier passe."),
            "info",
        )
    return Standing(
        now("Nous cherchons"),
        now("Faites aussi la demande dans l'autre département, si ce n'est pas fait."),
        "waiting",
    )


def _over(move: Arrival | Departure) -> Standing:
    titles = {
        Ended.APPLIED: now("C'est fait"),
        Ended.WITHDRAWN: now("Demande retirée"),
        Ended.EXPIRED: now("Délai dépassé"),
        Ended.REFUSED: now("Demande refusée"),
        Ended.ENDED_THERE: now("Arrêtée par l'autre côté"),
    }
    done = move.ended == Ended.APPLIED
    comes = (
        now("Le dossier est repris.") if done else now("Rien n'a été gardé de ce qui attendait.")
    )
    return Standing(titles[Ended(move.ended)], comes, "success" if done else "neutral")
