"""The two sentences of the refusals of first connections, codes and recovery. See `ui.error_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACTIVATION: dict[str, tuple[str | Promise, str | Promise]] = {
    "ACTIVATION_CODE_REFUSED": (
        _("Ce code et cette date ne vont pas ensemble, ou le code ne marche plus."),
        _("Relisez la lettre. Sinon, demandez un nouveau code au collège."),
    ),
    "ACTIVATION_TOO_MANY": (
        _("Il y a eu trop d'essais."),
        _("Attendez quinze minutes, puis essayez encore."),
    ),
    "ACTIVATION_LINK_REFUSED": (
        _("Ce lien ne marche plus : il a déjà servi, ou il est trop ancien."),
        _("Demandez un nouveau lien."),
    ),
    "ACTIVATION_NOBODY": (
        _("Personne n'attend de lettre : chacun a un compte, ou un code en attente."),
        _("Pour remplacer des codes perdus, cochez « Refaire les codes en attente »."),
    ),
    "ACTIVATION_IDENTITY_NOT_SHOWN": (
        _("Cette personne a déjà un compte."),
        _("Cochez ce qu'elle vous a montré et écrivez la raison."),
    ),
    "ACTIVATION_ACCOUNT_OF_STAFF": (
        _("Ce compte est aussi celui d'un agent : aucun code ne peut l'ouvrir."),
        _("Demandez à l'administrateur du Département."),
    ),
    "ACTIVATION_ALREADY_EMANCIPATED": (
        _("Cet élève est déjà noté comme émancipé."),
        _("Il n'y a rien à changer."),
    ),
}
