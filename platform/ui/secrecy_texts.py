"""What we say when figures cannot be protected: why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

SECRECY: dict[str, tuple[str | Promise, str | Promise]] = {
    "SECRECY_TABLE_INCONSISTENT": (
        _("Ce tableau ne tient pas ensemble."),
        _("Vérifiez les codes et les totaux, puis recommencez."),
    ),
    "SECRECY_TABLE_INCONSISTENT.CODE": (
        _("Une ligne du tableau porte un code inconnu."),
        _("Ajoutez ce code à sa dimension, ou corrigez la ligne."),
    ),
    "SECRECY_TABLE_INCONSISTENT.CELL": (
        _("Une case a une valeur ou un effectif impossible."),
        _("Vérifiez la valeur, l'effectif et la plus grande part."),
    ),
    "SECRECY_TABLE_INCONSISTENT.MARGIN": (
        _("Un total n'est pas la somme de ses parts."),
        _("Corrigez ce total, ou laissez-le se calculer."),
    ),
    "SECRECY_TABLE_INCONSISTENT.HIERARCHY": (
        _("Un code ne mène pas au total de sa dimension."),
        _("Donnez à chaque code le code qui le contient."),
    ),
    "SECRECY_TABLE_INCONSISTENT.SHARED": (
        _("Deux tableaux donnent deux valeurs à la même case."),
        _("Calculez les deux tableaux au même moment."),
    ),
    "SECRECY_NOT_PROTECTABLE": (
        _("Une case secrète se retrouverait, quoi qu'on cache."),
        _("Ne publiez pas ce tableau, ou retirez une dimension."),
    ),
    "SECRECY_LEAK_FOUND": (
        _("Une case secrète se retrouverait par soustraction : rien n'est parti."),
        _("Prévenez-nous : c'est un défaut de Socle."),
    ),
}
