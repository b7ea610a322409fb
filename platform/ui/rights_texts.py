"""What we say of rights: refusals (a part of `ui.error_texts`), and why a request waits.

A family reads why a piece is missing, never a code. Level B1, *vous*, fifteen words a sentence at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from billing.rights.models import RightsRequest

RIGHTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "RIGHTS_SOURCE_ALREADY_OPEN": (
        _("Le département interroge déjà ce service."),
        _("Changez ses clés, ou fermez-le d'abord."),
    ),
    "RIGHTS_SOURCE_INVALID": (
        _("Un réglage de cette source ne convient pas : « %(field)s »."),
        _("Corrigez-le, puis recommencez."),
    ),
    "RIGHTS_SOURCE_INVALID.base_url": (
        _("Cette adresse ne convient pas."),
        _("Donnez une adresse qui commence par https://."),
    ),
    "RIGHTS_SOURCE_INVALID.recipient_siret": (
        _("Ce SIRET n'existe pas."),
        _("Donnez celui du département, sur quatorze chiffres."),
    ),
    "RIGHTS_SOURCE_INVALID.credentials": (
        _("Une clé est vide ou mal copiée."),
        _("Copiez-la à nouveau, sans espace ni retour à la ligne."),
    ),
    "RIGHTS_RULES_INVALID": (
        _("Une règle des demandes ne convient pas : « %(field)s »."),
        _("Corrigez-la, puis recommencez."),
    ),
    "RIGHTS_REQUEST_OVER": (
        _("Cette demande est déjà terminée."),
        _("Commencez une nouvelle demande."),
    ),
    "RIGHTS_REQUEST_UNDER_WAY": (
        _("Cette demande attend une réponse."),
        _("Revenez quand elle sera là. Nous vous écrirons."),
    ),
    "RIGHTS_WAY_NOT_OFFERED": (
        _("Ce choix n'est pas proposé dans votre département."),
        _("Faites un autre choix dans la liste."),
    ),
    "RIGHTS_CONSENT_MISSING": (
        _("Nous n'avons pas votre accord."),
        _("Lisez le texte, puis donnez votre accord. Ou envoyez une pièce."),
    ),
    "RIGHTS_CONSENT_TEXT_CHANGED": (
        _("Le texte de l'accord a changé."),
        _("Lisez le nouveau texte avant de répondre."),
    ),
    "RIGHTS_IDENTITY_INVALID": (
        _("Une information sur vous ne convient pas."),
        _("Vérifiez ce que vous avez écrit."),
    ),
    "RIGHTS_IDENTITY_INVALID.birth_name": (
        _("Le nom de naissance ne convient pas."),
        _("Écrivez-le comme sur votre carte d'identité."),
    ),
    "RIGHTS_IDENTITY_INVALID.first_names": (
        _("Les prénoms ne conviennent pas."),
        _("Écrivez un à trois prénoms, comme sur votre carte d'identité."),
    ),
    "RIGHTS_IDENTITY_INVALID.sex": (
        _("Il manque une réponse : femme ou homme."),
        _("Choisissez ce qui est écrit sur votre carte d'identité."),
    ),
    "RIGHTS_IDENTITY_INVALID.birth_date": (
        _("La date de naissance ne convient pas."),
        _("Écrivez le jour, le mois et l'année."),
    ),
    "RIGHTS_IDENTITY_INVALID.birth_commune": (
        _("La commune de naissance ne convient pas."),
        _("Écrivez son nom. Ce n'est pas le code postal."),
    ),
    "RIGHTS_IDENTITY_INVALID.birth_departement": (
        _("Le département de naissance ne convient pas."),
        _("Écrivez son numéro : par exemple 92, 2A ou 974."),
    ),
    "RIGHTS_IDENTITY_INVALID.birth_country": (
        _("Le code du pays de naissance ne convient pas."),
        _("C'est le code de l'Insee : 99100 pour la France."),
    ),
    "RIGHTS_IDENTITY_INVALID.tax_number": (
        _("Le numéro fiscal ne convient pas."),
        _("Il a treize chiffres. Il est en haut de votre avis d'impôt."),
    ),
    "RIGHTS_IDENTITY_INVALID.children": (
        _("Une information sur un enfant ne convient pas."),
        _("Vérifiez ce que vous avez écrit pour chaque enfant."),
    ),
    "RIGHTS_IDENTITY_OF_ANOTHER": (
        _("Ce nom n'est pas celui d'un adulte de votre foyer, pour le collège."),
        _("Vérifiez le nom et le prénom. Sinon, envoyez une pièce."),
    ),
    "RIGHTS_TAKEN_BY_ANOTHER": (
        _("Une autre personne étudie cette demande."),
        _("Choisissez-en une autre. Ou remettez celle-ci dans la file."),
    ),
    "RIGHTS_WORDS_MISSING": (
        _("Il manque l'explication pour la famille."),
        _("Écrivez pourquoi, en une ou deux phrases."),
    ),
    "RIGHTS_TOO_MANY_DOCUMENTS": (
        _("Cette demande a déjà %(most)s pièces."),
        _("Attendez la réponse, ou appelez-nous."),
    ),
    "RIGHTS_DOCUMENT_INVALID": (
        _("Cette pièce n'est pas de celles que nous connaissons."),
        _("Choisissez une sorte de pièce dans la liste."),
    ),
}

# Why a request waits, as the family reads it: what happened, then what to do.
_SEND = _("Envoyez une pièce : un agent l'étudiera.")
_LOOK = _("Un agent étudie votre demande. Vous n'avez rien à faire.")
_AGAIN = _("Essayez à nouveau plus tard, ou envoyez une pièce.")
REASONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "DOCUMENT_CHOSEN": (_("Il reste votre pièce à envoyer."), _SEND),
    "DOCUMENT_ADDED": (_("Nous avons reçu votre pièce."), _LOOK),
    "MOVED_IN": (_("Votre dossier vient d'un autre département."), _LOOK),
    "DOCUMENT_ASKED": (_("Il nous faut une autre pièce."), _SEND),
    "NOT_FOUND": (_("Le service ne trouve pas votre dossier. Cela arrive."), _SEND),
    "UNSURE": (_("La réponse du service n'est pas sûre."), _SEND),
    "BAD_IDENTITY": (
        _("Le service ne vous reconnaît pas."),
        _("Vérifiez ce que vous avez écrit, ou envoyez une pièce."),
    ),
    "UNAVAILABLE": (_("Le service ne répond pas en ce moment."), _AGAIN),
    "RATE_LIMITED": (_("Le service est très demandé en ce moment."), _AGAIN),
    "CREDENTIAL_REFUSED": (_("Nous ne pouvons pas interroger ce service."), _SEND),
    "MISCONFIGURED": (_("Nous ne pouvons pas interroger ce service."), _SEND),
    "UNREADABLE": (_("Nous ne comprenons pas la réponse du service."), _SEND),
    "QUOTIENT_TOO_OLD": (_("Le quotient familial reçu est ancien."), _LOOK),
    "OTHER_CHILDREN": (_("Les enfants du dossier ne sont pas les vôtres au collège."), _LOOK),
    "OTHER_DECLARANTS": (_("La déclaration d'impôts porte d'autres noms."), _LOOK),
}
_OTHER = (_("Votre demande doit être vérifiée."), _LOOK)


def reason_words(request: RightsRequest) -> tuple[str, str]:
    """Why a request waits: what happened, and what to do."""
    why, todo = REASONS.get(request.reason, _OTHER)
    return str(why), str(todo)
