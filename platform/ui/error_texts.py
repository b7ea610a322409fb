"""The two sentences of each refusal: why, then what to do. Placeholders are the error's details.

Level B1, *vous*, fifteen words a sentence at most. The telephone number is added by `ui.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    # The house
    "DOMAIN_ERROR": (_("Cette demande ne peut pas être faite."), _("Revenez à la page d'avant.")),
    "NOT_FOUND": (
        _("Nous ne trouvons pas ce que vous cherchez."),
        _("L'adresse est peut-être ancienne. Repartez de l'accueil."),
    ),
    "FORBIDDEN": (
        _("Votre compte ne permet pas de faire cela."),
        _("Demandez à une personne qui en a le droit."),
    ),
    "RETRY_LATER": (
        _("Le service est très demandé en ce moment."),
        _("Attendez une minute, puis essayez encore. Rien n'a été perdu."),
    ),
    "BRAND_COLOR_MALFORMED": (
        _("La couleur « %(color)s » n'est pas bien écrite."),
        _("Écrivez-la comme ceci : #1f3a5f."),
    ),
    "BRAND_COLOR_UNREADABLE": (
        _("La couleur %(color)s se lit mal : contraste %(contrast)s, il faut %(required)s."),
        _("La plus proche qui convient est %(nearest)s."),
    ),
    # Accounts
    "SIGN_IN_REFUSED": (
        _("L'adresse ou le mot de passe ne convient pas."),
        _("Vérifiez les deux, puis essayez encore."),
    ),
    "SIGN_IN_TOO_MANY": (
        _("Il y a eu trop d'essais."),
        _("Attendez quinze minutes, puis essayez encore."),
    ),
    "ACCOUNT_EMAIL_TAKEN": (
        _("L'adresse %(email)s a déjà un compte."),
        _("Connectez-vous avec ce compte, ou donnez une autre adresse."),
    ),
    "ACCOUNT_WEAK_PASSWORD": (
        _("Ce mot de passe est trop facile à deviner."),
        _("Choisissez au moins douze signes, sans votre nom."),
    ),
    "ACCOUNT_ROLE_NEEDS_COLLEGE": (
        _("Un secrétaire travaille pour un collège, les autres rôles pour aucun."),
        _("Corrigez le rôle ou le collège."),
    ),
}
