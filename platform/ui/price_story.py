"""The story of a price: three short sentences, and a picture with "vous êtes ici".

The domain gives steps (codes and values); this module alone turns them into French. A person who
may not read the household's resources is told the price and nothing of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.tariffs.engine import Brackets, Definition, Step, Unit
from billing.tariffs.queries import ExplainedPrice
from commons.money import NO_BREAK_SPACE, format_euros
from ui.price_curve import Household
from ui.price_picture import Place, PricePicture, price_picture

if TYPE_CHECKING:
    from billing.tariffs.models import PriceDecision


@dataclasses.dataclass(frozen=True, slots=True)
class PriceStory:
    """What a family reads. `sentences` always holds three; the rest may be empty text."""

    sentences: tuple[str, str, str]
    price_text: str
    borne_text: str
    picture: PricePicture
    legal_basis: str
    advice: str
    note: str


def price_story(price: ExplainedPrice) -> PriceStory:
    """Tell a price."""
    by_code = {step.code: step for step in price.steps}
    situation, rule = _why(by_code, price.definition)
    return PriceStory(
        sentences=(situation, " ".join([rule, *_afterwards(by_code)]), _paid(price)),
        price_text=format_euros(price.unit_price_cents),
        borne_text="" if price.borne_cents is None else format_euros(price.borne_cents),
        picture=price_picture(
            price.definition, _place(price, by_code), household=_household(price, by_code)
        ),
        legal_basis=price.legal_basis,
        advice=_advice(by_code),
        note=_("Ce prix est un exemple : une valeur reste à confirmer.")
        if price.is_illustrative
        else "",
    )


def price_text(cents: int, *, is_example: bool) -> str:
    """`2,80 €`, or `2,80 € (exemple)` for a price of an illustrative tariff."""
    amount = format_euros(cents)
    return _("%(amount)s (exemple)") % {"amount": amount} if is_example else amount


def decided_price(decision: PriceDecision | None) -> str:
    """The same of a decided price; `–` where there is none."""
    if decision is None:
        return "–"
    return price_text(decision.unit_price_cents, is_example=decision.tariff_version.is_illustrative)


def _why(steps: Mapping[str, Step], definition: Definition) -> tuple[str, str]:
    """What is known of the family, and what the rule makes of it."""
    if "STATUS_APPLIED" in steps:
        status = str(steps["STATUS_APPLIED"].given["status"])
        return (
            _("Votre foyer reçoit cette aide : %(status)s.") % {"status": status},
            _("Un prix réduit existe pour cette situation."),
        )
    if "MAXIMUM_CHOSEN" in steps:
        return (
            _("Vous avez choisi le prix le plus haut."),
            _("Vous n'avez aucune pièce à donner."),
        )
    if "MAXIMUM_WITHOUT_PROOF" in steps:
        first = _unproven(steps["MAXIMUM_WITHOUT_PROOF"])
        return first, _("Sans pièce, vous payez le prix le plus haut.")
    if "PRICE_WITHOUT_PROOF" in steps:
        fixed = format_euros(steps["PRICE_WITHOUT_PROOF"].cents("amount_cents"))
        first = _unproven(steps["PRICE_WITHOUT_PROOF"])
        return first, _("Sans pièce, le prix est de %(price)s.") % {"price": fixed}
    if "NO_AID_WITHOUT_PROOF" in steps:
        return _unproven(steps["NO_AID_WITHOUT_PROOF"]), _("Sans pièce, il n'y a pas d'aide.")
    if "FLAT_PRICE" in steps:
        return (
            _("Ce repas a un prix unique."),
            _("Il ne dépend pas de votre situation."),
        )
    if not steps:
        return (
            _("Ce prix dépend de la situation du foyer de l'enfant."),
            _("Vous ne pouvez pas voir les ressources de ce foyer."),
        )
    return _quotient_sentence(steps), _rule_sentence(steps, definition)


def _afterwards(steps: Mapping[str, Step]) -> list[str]:
    """What comes after the rule: a multiple of another service, a change for some days."""
    sentences = []
    if "MULTIPLIED" in steps:
        given = steps["MULTIPLIED"].given
        words = {
            "factor": str(given["factor"]).replace(".", ","),
            "base": format_euros(int(str(given["amount_cents"]))),
        }
        sentences.append(_("Le prix est %(factor)s fois %(base)s.") % words)
    if "MODIFIED" in steps:
        change = int(str(steps["MODIFIED"].given["change_cents"]))
        words = {"change": format_euros(abs(change))}
        sentences.append(
            _("En ce moment, le prix est baissé de %(change)s.") % words
            if change < 0
            else _("En ce moment, le prix est augmenté de %(change)s.") % words
        )
    return sentences


def _unproven(step: Step) -> str:
    """Why the figure that the rule reads is not known."""
    sentences = {
        "OTHER_BASIS": _("La pièce donnée ne permet pas de calculer ce prix."),
        "CHILDREN_UNKNOWN": _("Nous ne savons pas combien d'enfants compte votre foyer."),
    }
    unknown = _("Nous ne connaissons pas encore votre situation.")
    return sentences.get(str(step.given["reason"]), unknown)


def _quotient_sentence(steps: Mapping[str, Step]) -> str:
    if "INCOME_FROM_TAX_NOTICE" in steps:
        return _income_sentence(steps)
    found = next(step for step in steps.values() if "quotient" in step.gives)
    values = {"quotient": _euros(found.gives["quotient"]), "proof": _proof(found.source)}
    return _("Votre quotient familial est de %(quotient)s par mois, d'après %(proof)s.") % values


def _income_sentence(steps: Mapping[str, Step]) -> str:
    found = steps["INCOME_FROM_TAX_NOTICE"]
    words = {"income": _euros(found.gives["income"]), "proof": _proof(found.source)}
    income = (
        _("Votre revenu fiscal de référence est de %(income)s par an, d'après %(proof)s.") % words
    )
    if "FAMILY_GRID" not in steps:
        return income
    children = int(str(steps["FAMILY_GRID"].given["children"]))
    count = ngettext(
        "Votre foyer compte %(count)s enfant.", "Votre foyer compte %(count)s enfants.", children
    ) % {"count": children}
    return f"{income} {count}"


def _proof(source: str) -> str:
    proofs = {
        "TAX_NOTICE": _("votre avis d'impôt"),
        "CAF_CERTIFICATE": _("votre attestation CAF ou MSA"),
        "STATUS_CERTIFICATE": _("votre attestation de droits"),
        "PAYSLIPS": _("vos bulletins de paie"),
        "API_IMPOT": _("le service des impôts"),
        "API_PARTICULIER": _("la CAF ou la MSA"),
        "STATED": _("vos réponses"),
    }
    return proofs.get(source, _("votre dossier"))


def _rule_sentence(steps: Mapping[str, Step], definition: Definition) -> str:
    if "AID_DEDUCTED" in steps:
        deducted = steps["AID_DEDUCTED"]
        return _("L'aide est de %(aid)s, ôtée du prix de %(full)s.") % {
            "aid": format_euros(deducted.cents("aid_cents")),
            "full": format_euros(int(str(deducted.given["before_cents"]))),
        }
    if "BRACKET_FOUND" in steps:
        return _bracket_sentence(steps["BRACKET_FOUND"].values, definition)
    if "RAISED_TO_MINIMUM" in steps:
        given = steps["RAISED_TO_MINIMUM"].given
        return _("Le calcul donne %(computed)s. Le prix ne descend pas sous %(bound)s.") % {
            "computed": format_euros(int(str(given["amount_cents"]))),
            "bound": format_euros(int(str(given["minimum_cents"]))),
        }
    if "LOWERED_TO_MAXIMUM" in steps:
        given = steps["LOWERED_TO_MAXIMUM"].given
        return _("Le calcul donne %(computed)s. Le prix ne dépasse pas %(bound)s.") % {
            "computed": format_euros(int(str(given["amount_cents"]))),
            "bound": format_euros(int(str(given["maximum_cents"]))),
        }
    rate = Decimal(str(steps["RATE_APPLIED"].given["coefficient"])) * 100
    percent = f"{format(rate.normalize(), 'f')}{NO_BREAK_SPACE}%".replace(".", ",")
    return _("Le prix du repas est %(percent)s de ce quotient.") % {"percent": percent}


def _bracket_sentence(values: Mapping[str, Any], definition: Definition) -> str:
    rule = definition.rule
    count = len(rule.lines) if isinstance(rule, Brackets) else 1
    words = {
        "lower": _euros(values["from"]),
        "upper": "" if values["to"] is None else _euros(values["to"]),
        "rank": values["bracket"],
        "count": count,
    }
    if values["to"] is None:
        return _("À partir de %(lower)s, vous êtes en tranche %(rank)s sur %(count)s.") % words
    if not values["upper_inclusive"]:
        return (
            _("De %(lower)s à moins de %(upper)s, c'est la tranche %(rank)s sur %(count)s.") % words
        )
    return _("De %(lower)s à %(upper)s, c'est la tranche %(rank)s sur %(count)s.") % words


def _paid(price: ExplainedPrice) -> str:
    words = {"price": format_euros(price.unit_price_cents)}
    if price.definition.unit is Unit.YEAR:
        return _("Vous payez %(price)s par an.") % words
    if price.definition.unit is Unit.TERM:
        return _("Vous payez %(price)s par trimestre.") % words
    if price.borne_cents is None:
        return _("Vous payez %(price)s par repas.") % words
    words["borne"] = format_euros(price.borne_cents)
    return _("Vous payez %(price)s par repas, le Département paie %(borne)s.") % words


def _advice(steps: Mapping[str, Step]) -> str:
    unproven = ("MAXIMUM_WITHOUT_PROOF", "PRICE_WITHOUT_PROOF", "NO_AID_WITHOUT_PROOF")
    if any(code in steps for code in unproven):
        return _("Donnez votre situation : le prix peut baisser.")
    return ""


def _place(price: ExplainedPrice, steps: Mapping[str, Step]) -> Place:
    """Where the family stands, by what the reader may know of it."""
    at_end = ("MAXIMUM_CHOSEN", "MAXIMUM_WITHOUT_PROOF", "NO_AID_WITHOUT_PROOF")
    figure = price.quotient
    if "INCOME_FROM_TAX_NOTICE" in steps:
        figure = Decimal(str(steps["INCOME_FROM_TAX_NOTICE"].gives["income"]))
    status = steps["STATUS_APPLIED"].given["status"] if "STATUS_APPLIED" in steps else ""
    return Place(
        price_cents=price.unit_price_cents,
        quotient=figure,
        status=str(status),
        is_at_end=any(code in steps for code in at_end),
    )


def _household(price: ExplainedPrice, steps: Mapping[str, Step]) -> Household:
    """What else the price depends on; nothing of the children for who may not know of them."""
    children = None
    if "FAMILY_GRID" in steps:
        children = int(str(steps["FAMILY_GRID"].given["children"]))
    return Household(
        children=children, day=price.valid_from if price.definition.modifiers else None
    )


def _euros(amount: object) -> str:
    """A quotient, as an amount in euros."""
    return format_euros(int(Decimal(str(amount)).scaleb(2)))
