"""What is said of machines that read by the API: their scopes, and why an act on one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from tenants.integrators.scopes import Scope

if TYPE_CHECKING:
    from django.utils.functional import Promise

SCOPES: dict[Scope, str | Promise] = {
    Scope.PEOPLE_READ: _("Élèves, collèges et responsables"),
    Scope.CANTEEN_READ: _("Cantine : régime, jours et inscriptions"),
    Scope.INVOICES_READ: _("Factures et ce qui reste à payer"),
    Scope.PASSPLUS_READ: _("Pass+ : cartes"),
    Scope.EXPORT: _("Tout lire à la suite, la nuit"),
}

INTEGRATORS: dict[str, tuple[str | Promise, str | Promise]] = {
    "INTEGRATOR_NAME_TAKEN": (
        _("Un autre logiciel porte ce nom : %(name)s."),
        _("Donnez-lui un autre nom, ou révoquez d'abord l'ancien."),
    ),
    "INTEGRATOR_WITHOUT_SCOPE": (
        _("Ce logiciel ne lirait rien."),
        _("Cochez au moins une chose à lire."),
    ),
    "INTEGRATOR_LIFE_REFUSED": (
        _("Un accès dure deux ans au plus, à partir d'aujourd'hui."),
        _("Choisissez un jour plus proche, qui n'est pas passé."),
    ),
    "INTEGRATOR_CLOSED": (
        _("L'accès de %(name)s est fini ou révoqué."),
        _("Inscrivez de nouveau ce logiciel s'il doit encore lire."),
    ),
    "INTEGRATOR_KEY_UNREADABLE": (
        _("Cette clé ne convient pas."),
        _("Il faut une clé publique P-256, ou RSA de 2 048 bits au moins."),
    ),
    "INTEGRATOR_KEY_PRIVATE": (
        _("C'est une clé privée : elle ne devait pas sortir de chez l'éditeur."),
        _("Demandez-lui d'en faire une autre, et de n'envoyer que la partie publique."),
    ),
    "ORIGIN_REFUSED": (
        _("Cette origine ne convient pas."),
        _("Écrivez-la entière et sans page, par exemple https://carte.exemple.fr."),
    ),
    "ORIGIN_KNOWN": (
        _("L'origine %(origin)s est déjà admise."),
        _("Il n'y a rien à faire."),
    ),
    "ORIGIN_TOO_MANY": (
        _("Un département admet %(limit)s origines au plus."),
        _("Retirez d'abord celles qui ne servent plus."),
    ),
    "ORIGIN_WITHDRAWN": (
        _("L'origine %(origin)s est déjà retirée."),
        _("Il n'y a rien à faire."),
    ),
}
