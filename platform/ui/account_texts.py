"""The two sentences of each refusal about factors, passwords and sessions. See `ui.error_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACCOUNTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "ACCOUNT_FACTOR_REFUSED": (
        _("Ce code ne convient pas, ou a déjà servi."),
        _("Attendez le code suivant, puis essayez encore."),
    ),
    "ACCOUNT_FACTOR_TOO_MANY": (
        _("Il y a eu trop d'essais avec ce moyen."),
        _("Utilisez un autre moyen, ou attendez quinze minutes."),
    ),
    "ACCOUNT_FACTOR_NEEDED": (
        _("Votre rôle demande une deuxième étape."),
        _("Ajoutez-en une autre, puis retirez celle-ci."),
    ),
    "ACCOUNT_FACTOR_RESET_BY_ONESELF": (
        _("Personne ne réinitialise sa propre deuxième étape."),
        _("Demandez à un autre administrateur."),
    ),
    "ACCOUNT_TOO_MANY_PASSKEYS": (
        _("Vous avez déjà %(most)s clés d'accès."),
        _("Retirez-en une, puis recommencez."),
    ),
    "ACCOUNT_PASSKEY_NOT_MADE": (
        _("La clé d'accès n'a pas été créée."),
        _("Essayez encore, ou choisissez l'application de codes."),
    ),
    "ACCOUNT_WRONG_PASSWORD": (
        _("Ce mot de passe n'est pas le bon."),
        _("Écrivez celui de vos connexions."),
    ),
}
