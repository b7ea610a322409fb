"""What is said when somebody does not get in by EduConnect or FranceConnect, or is not recognised."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_AGAIN = _("Revenez à la page de connexion, et recommencez.")
_COLLEGE = _("Demandez au secrétariat du collège.")

IDENTITIES: dict[str, tuple[str | Promise, str | Promise]] = {
    "IDENTITY_SIGN_IN_BROKEN": (
        _("Cette connexion ne peut pas continuer. Elle a peut-être attendu trop longtemps."),
        _AGAIN,
    ),
    "IDENTITY_SIGN_IN_GIVEN_UP": (_("Vous avez arrêté la connexion avant la fin."), _AGAIN),
    "IDENTITY_PROVIDER_SILENT": (
        _("Le service qui vous identifie ne répond pas en ce moment."),
        _("Attendez quelques minutes, puis recommencez."),
    ),
    "IDENTITY_ANSWER_TOO_OLD": (_("La réponse est arrivée trop tard."), _AGAIN),
    "IDENTITY_WAY_CLOSED": (
        _("Cette façon de se connecter n'est pas ouverte pour vous."),
        _("Choisissez-en une autre sur la page de connexion."),
    ),
    "IDENTITY_NOT_LINKED": (
        _("Ces deux portails ne sont pas reliés, ou ne le sont plus."),
        _("Connectez-vous ici autrement, puis reliez-les dans votre compte."),
    ),
    "IDENTITY_ALREADY_LINKED": (
        _("L'un de ces deux comptes est déjà relié à un autre."),
        _("Arrêtez d'abord l'ancien lien, dans « Vos autres portails »."),
    ),
    "ENT_DEPARTEMENT_UNKNOWN": (
        _("Ce département n'est pas sur la plateforme."),
        _("Choisissez-en un autre dans la liste."),
    ),
    "ENT_DEPARTEMENT_AGREED": (
        _("C'est déjà accordé à ce département."),
        _("Il n'y a rien à faire."),
    ),
    "ENT_PORTAL_NOT_FOR_PERSON": (
        _("Seul le compte d'un responsable peut ouvrir un autre portail."),
        _("Connectez-vous avec votre compte de parent."),
    ),
    "IDENTITY_WRONG_PROFILE": (
        _("Ce compte n'est pas de la bonne sorte : élève ou responsable."),
        _("Connectez-vous avec votre propre compte, pas celui d'un proche."),
    ),
    "IDENTITY_COLLEGE_MISSING": (
        _("Votre compte EduConnect ne dit pas dans quel collège vous êtes."),
        _COLLEGE,
    ),
    "IDENTITY_ACCOUNT_CLOSED": (_("Ce compte est fermé."), _COLLEGE),
    "IDENTITY_PROOF_REFUSED": (
        _("Nous ne trouvons pas d'élève avec cet INE et cette date."),
        _("Vérifiez les deux sur le papier du collège."),
    ),
    "IDENTITY_CODE_REFUSED": (
        _("Ce code ne nous permet pas de vous reconnaître."),
        _("Relisez le code et la date. Sinon, demandez au secrétariat du collège."),
    ),
    "IDENTITY_TOO_MANY_TRIES": (
        _("Il y a eu trop d'essais aujourd'hui."),
        _("Recommencez demain, ou demandez au secrétariat du collège."),
    ),
    "IDENTITY_REQUEST_OVER": (
        _("Cette demande est déjà réglée."),
        _("Rechargez la page pour voir la réponse."),
    ),
    "IDENTITY_WORDS_MISSING": (
        _("Un refus doit dire pourquoi."),
        _("Écrivez une phrase que la famille pourra lire."),
    ),
    "IDENTITY_PROVIDER_ALREADY_OPEN": (
        _("Ce service d'identité est déjà ouvert."),
        _("Fermez-le d'abord, ou changez son secret."),
    ),
    "IDENTITY_PROVIDER_INVALID": (
        _("Ce réglage ne convient pas : %(field)s."),
        _("Corrigez-le, puis recommencez."),
    ),
    "IDENTITY_WAY_IMPOSSIBLE": (
        _("Ce moyen de connexion ne peut pas s'ouvrir à ce profil."),
        _("Ouvrez d'abord le service, ou choisissez un autre profil."),
    ),
}
