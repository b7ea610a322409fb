"""What is said of the figures that a département publishes: refusals, and why a cell is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.metrics.catalogue import Indicator, Unit
from federation.publication.models import Why
from ui import usage_texts
from ui.wording import NO_BREAK_SPACE

if TYPE_CHECKING:
    from django.utils.functional import Promise

PUBLICATION: dict[str, tuple[str | Promise, str | Promise]] = {
    "PUBLICATION_PERIOD_NOT_OVER": (
        _("Cette période n'est pas finie."),
        _("Préparez ses chiffres une fois le dernier jour passé."),
    ),
    "PUBLICATION_NOTHING_COUNTED": (
        _("Cet indicateur ne compte rien sur cette période."),
        _("Il n'y a rien à publier."),
    ),
    "PUBLICATION_NOTHING_CORRECTED": (
        _("Rien n'a changé depuis la publication."),
        _("Le chiffre publié reste le bon."),
    ),
    "PUBLICATION_CLOSED": (
        _("Une décision est déjà prise pour ce chiffre."),
        _("Rechargez la page pour la voir."),
    ),
    "PUBLICATION_DEFINITION_CHANGED": (
        _("La définition de cet indicateur a changé."),
        _("Préparez le chiffre à nouveau."),
    ),
    "PUBLICATION_REASON_MISSING": (
        _("Il manque une raison, en quelques mots."),
        _("Écrivez pourquoi ce chiffre est retenu, en %(longest)s signes au plus."),
    ),
}
# Why a cell does not leave, to an agent of the département that counted it.
REASONS: dict[str, str | Promise] = {
    Why.TOO_FEW: _("Trop peu de personnes : on pourrait en reconnaître une."),
    Why.DOMINATED: _("Un seul fait presque tout le montant : on connaîtrait le sien."),
    Why.SECONDARY: _("Publiée, elle permettrait d'en calculer une autre par différence."),
}
# What the parts of an indicator are, by their role.
ROLES: dict[str, str | Promise] = {
    "rest": _("Les autres"),
    "numerator:whole": _("Le total de la part"),
    "numerator:rest": _("Les autres de la part"),
    "denominator:whole": _("Le total comparé"),
    "denominator:rest": _("Les autres comparés"),
}


def value_said(unit: Unit, value: int | None) -> str:
    """A figure in its unit: `61,3 %`, `3,42 €`, `12 pour 1 000`; what is not told is said so."""
    if value is None:
        return str(_("secret"))
    tenths = f"{value // 10},{value % 10}"
    if unit is Unit.CENTS:
        return f"{usage_texts.number(value // 100)},{value % 100:02}{NO_BREAK_SPACE}€"
    if unit is Unit.PER_MILLE:
        return f"{tenths}{NO_BREAK_SPACE}%"
    if unit is Unit.PER_THOUSAND:
        return str(_("%(value)s pour 1 000") % {"value": usage_texts.number(value)})
    if unit is Unit.TENTHS:
        return tenths
    if unit is Unit.TENTHS_OF_DAY:
        return str(_("%(value)s jours") % {"value": tenths})
    return usage_texts.number(value)


def role_said(indicator: Indicator, role: str) -> str:
    """What a column of an indicator counts, in its own words."""
    own = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    return own.get(role) or str(ROLES.get(role, role))
