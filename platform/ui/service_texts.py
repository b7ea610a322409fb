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
    "ENT_SAML_MESSAGE_REFUSED": (
        _("Sa demande n'est pas celle que le Département attend."),
        _("Par prudence, nous ne vous envoyons nulle part."),
    ),
    "ENT_SAML_METADATA_UNREADABLE": (
        _("Ces métadonnées ne décrivent pas un service SAML 2."),
        _("Collez le fichier XML entier d'un seul service, sans DTD."),
    ),
    "ENT_SAML_METADATA_EXPIRED": (
        _("Ces métadonnées ne sont plus valables."),
        _("Demandez au service celles d'aujourd'hui."),
    ),
    "ENT_SAML_NO_RETURN_ADDRESS": (
        _("Ce service ne dit pas où lui répondre."),
        _("Il faut une adresse de retour en HTTP-POST."),
    ),
    "ENT_SAML_CERTIFICATE_REFUSED": (
        _("Un certificat de ce service ne peut pas servir."),
        _("Il faut une clé RSA de 2048 bits au moins, et une date valable."),
    ),
    "ENT_SAML_CERTIFICATE_MISSING": (
        _("Ce service n'a pas donné de certificat."),
        _("Il en faut un pour vérifier ses demandes et ses déconnexions."),
    ),
    "ENT_SAML_PARTNER_KNOWN": (
        _("Un service de ce nom est déjà inscrit."),
        _("Fermez d'abord l'autre connexion."),
    ),
    "ENT_LICENCES_SPENT": (
        _("Toutes les places de ce service sont prises."),
        _("Demandez une place au collège."),
    ),
}
