"""What is said of shared services: what they are told of a person, and why one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.catalogue.attributes import Attribute, Profile

if TYPE_CHECKING:
    from django.utils.functional import Promise

# As the person reads it: what of them a service is told.
TOLD: dict[Attribute, str | Promise] = {
    Attribute.PROFILE: _("Votre rôle : élève, parent ou agent"),
    Attribute.COLLEGE: _("Le collège"),
    Attribute.LEVEL: _("Le niveau d'un élève, par exemple 5e"),
    Attribute.SCHOOL_CLASS: _("La classe d'un élève"),
    Attribute.GIVEN_NAME: _("Votre prénom"),
    Attribute.FAMILY_NAME: _("Votre nom"),
}
# As an agent reads it.
ATTRIBUTES: dict[Attribute, str | Promise] = {
    Attribute.PROFILE: _("Profil"),
    Attribute.COLLEGE: _("Collège (UAI)"),
    Attribute.LEVEL: _("Niveau"),
    Attribute.SCHOOL_CLASS: _("Classe"),
    Attribute.GIVEN_NAME: _("Prénom"),
    Attribute.FAMILY_NAME: _("Nom"),
}
PROFILES: dict[Profile, str | Promise] = {
    Profile.PUPIL: _("Élèves"),
    Profile.GUARDIAN: _("Responsables"),
    Profile.STAFF: _("Agents"),
}

SERVICES: dict[str, tuple[str | Promise, str | Promise]] = {
    "CATALOGUE_FILE_INVALID": (
        _("Le catalogue est mal écrit : %(service)s, %(field)s."),
        _("Corrigez le fichier, puis recommencez."),
    ),
    "ENT_SERVICE_ALREADY_ENABLED": (
        _("Ce service est déjà activé."),
        _("Ouvrez sa page pour changer ses réglages."),
    ),
    "ENT_SERVICE_DISABLED": (
        _("Ce service n'est plus activé."),
        _("Activez-le de nouveau depuis le catalogue."),
    ),
    "ENT_GRANT_BEYOND_ASKED": (
        _("Ce service ne demande pas tout cela."),
        _("Ne transmettez que ce qu'il demande, ou moins."),
    ),
    "ENT_ADDRESS_REFUSED": (
        _("Cette adresse ne peut pas servir."),
        _("Donnez une adresse en https, complète et sans mot de passe."),
    ),
    "ENT_OPENING_REFUSED": (
        _("Cette ouverture n'est pas possible."),
        _("Vérifiez le profil, la classe, les dates et le nombre de licences."),
    ),
    "ENT_OPENING_EXISTS": (
        _("Ce service est déjà ouvert à ces personnes, sans fin."),
        _("Changez cette ouverture, ou fermez-la d'abord."),
    ),
    "ENT_LICENCES_TAKEN": (
        _("%(taken)s licences sont déjà prises."),
        _("Donnez ce nombre, ou plus."),
    ),
    "ENT_SERVICE_NOT_FOR_PERSON": (
        _("Ce service n'est pas ouvert pour vous."),
        _("Vos services sont sur la page « Vos services »."),
    ),
    "ENT_SERVICE_NOT_READY": (
        _("Ce service n'existe pas encore."),
        _("Il s'ouvrira ici, sans rien faire de plus."),
    ),
    "ENT_OTHER_PROTOCOL": (
        _("Ce service se connecte autrement."),
        _("Le catalogue dit comment : choisissez ce moyen."),
    ),
    "ENT_SECRET_TOO_SHORT": (
        _("Ce secret est trop court."),
        _("Donnez-en un de %(shortest)s caractères au moins, tiré au hasard."),
    ),
    "ENT_LICENCES_SPENT": (
        _("Toutes les places de ce service sont prises."),
        _("Demandez une place au collège."),
    ),
}
