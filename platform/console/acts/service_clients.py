"""The acts on how services sign people in: register a client or a CAS address, close it, change the key."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    register,
    rehearse,
)
from console.acts.shared_services import OnOneEnabled, one_key
from federation.catalogue.models import SharedService
from federation.catalogue.queries import service_named
from federation.ent import operations
from federation.ent.access import access_registration, access_signing_key
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


class AddressesField(forms.CharField):
    """Addresses, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}), **options)

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value) or "").split()


def _logout_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Adresse où annoncer une déconnexion"),
        help_text=gettext_lazy("Vide : le service n'est pas prévenu."),
        max_length=300,
        required=False,
    )


class ClientForm(forms.Form):
    """Where people come back to, and where the service is told that they left."""

    redirect_uris = AddressesField(
        label=gettext_lazy("Adresses de retour"),
        help_text=gettext_lazy("Une par ligne, entières. Aucune autre ne servira."),
    )
    post_logout_uris = AddressesField(
        label=gettext_lazy("Adresses après déconnexion"),
        help_text=gettext_lazy("Une par ligne."),
        required=False,
    )
    logout_url = _logout_field()


def _speaks(enabled: Any, protocol: str) -> bool:
    service = service_named(enabled.service_code)
    return bool(enabled.is_enabled and service and service.protocol == protocol)


@register
class RegisterClient(OnOneEnabled):
    name = "register-client"
    title = gettext_lazy("Inscrire un client OpenID Connect")
    verb = gettext_lazy("Inscrire un client")
    icon = "login"
    form_class = ClientForm
    warning = gettext_lazy("Son secret se lit une seule fois, juste après.")

    def is_offered(self, row: Any) -> bool:
        return _speaks(row, SharedService.Protocol.OIDC)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.register_client, enabled=targets[0], actor=PREVIEW, at=at, **answers)
        addresses = answers["redirect_uris"]
        return Effect(
            figures=(Figure(_("Adresses de retour"), str(len(addresses))),),
            sentences=tuple(addresses),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made, secret = operations.register_client(enabled=targets[0], actor=actor, at=at, **answers)
        message = _("Client %(client)s, secret %(secret)s. Notez-le : il ne sera plus montré.") % {
            "client": made.client_id,
            "secret": secret,
        }
        return Outcome(message=message, url=self.back(targets))


class CasForm(forms.Form):
    """The address of the service, and what is below it."""

    service_url = forms.CharField(label=gettext_lazy("Adresse du service"), max_length=300)
    is_prefix = forms.BooleanField(
        label=gettext_lazy("Aussi les pages en dessous de cette adresse"), required=False
    )
    logout_url = _logout_field()


@register
class RegisterCasService(OnOneEnabled):
    name = "register-cas-service"
    title = gettext_lazy("Inscrire un service CAS")
    verb = gettext_lazy("Inscrire une adresse CAS")
    icon = "login"
    form_class = CasForm

    def is_offered(self, row: Any) -> bool:
        return _speaks(row, SharedService.Protocol.CAS)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(
            operations.register_cas_service, enabled=targets[0], actor=PREVIEW, at=at, **answers
        )
        return Effect(figures=(Figure(_("Adresse"), answers["service_url"]),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.register_cas_service(enabled=targets[0], actor=actor, at=at, **answers)
        return Outcome(message=_("L'adresse est inscrite."), url=self.back(targets))


@register
class CloseRegistration(Act):
    name = "close-registration"
    title = gettext_lazy("Fermer une connexion")
    verb = gettext_lazy("Fermer")
    icon = "link_off"
    capability = Capability.MANAGE_TENANT
    warning = gettext_lazy("Le service ne connecte plus personne par là.")

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_registration(user, one_key(keys))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0])

    def back(self, targets: list[Any]) -> str:
        return reverse("console:ent_registration_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.close_registration, registration=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Sa fermeture ne s'annule pas : il faudra l'inscrire encore."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.close_registration(registration=targets[0], actor=actor, at=at)
        return Outcome(message=_("La connexion est fermée."), url=self.back(targets))


@register
class RotateKeys(Act):
    name = "rotate-keys"
    title = gettext_lazy("Changer la clé de signature")
    verb = gettext_lazy("Changer la clé")
    icon = "autorenew"
    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1 or not keys[0].isdecimal() or len(keys[0]) > 18:
            raise NotFound(key="")
        return [access_signing_key(user, int(keys[0]))]

    def key_of(self, row: Any) -> str:
        return str(row.pk)

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == "CURRENT")

    def back(self, targets: list[Any]) -> str:
        return reverse("console:ent_signingkey_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return Effect(
            sentences=(
                _("La clé annoncée signe désormais, et une autre est annoncée."),
                _("L'ancienne reste reconnue un jour : personne n'est déconnecté."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.rotate_keys(actor=actor, at=at)
        return Outcome(message=_("La clé est changée."), url=self.back(targets))
