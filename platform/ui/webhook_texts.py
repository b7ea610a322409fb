"""What is said of the software that is told what happens: its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

WEBHOOKS: dict[str, tuple[str | Promise, str | Promise]] = {
    "WEBHOOKS_ENDPOINT_REFUSED": (
        _("Ces réglages ne conviennent pas."),
        _("Donnez une adresse en https, sans mot de passe ni port, et un courriel."),
    ),
    "WEBHOOKS_ENDPOINT_EXISTS": (
        _("Un autre logiciel porte ce nom."),
        _("Choisissez un autre nom."),
    ),
    "WEBHOOKS_TOO_MANY_ENDPOINTS": (
        _("Il y a déjà %(most)s logiciels prévenus."),
        _("Reprenez l'un d'eux."),
    ),
    "WEBHOOKS_ENDPOINT_PAUSED": (
        _("Ce logiciel est en pause."),
        _("Reprenez d'abord les envois."),
    ),
    "WEBHOOKS_ENDPOINT_NOT_PAUSED": (
        _("Ce logiciel n'est pas en pause."),
        _("Il n'y a rien à reprendre."),
    ),
    "WEBHOOKS_DELIVERY_WAITS": (
        _("Cet envoi est déjà en attente."),
        _("Il part tout seul."),
    ),
    "WEBHOOKS_NOTHING_TO_REPLAY": (
        _("Rien n'a été abandonné depuis ce jour."),
        _("Choisissez un jour plus tôt."),
    ),
}
