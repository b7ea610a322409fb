"""The acts on how services sign people in: register one by each protocol, close it, change the key."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    register,
)
from console.acts.shared_services import OnOneEnabled, one_key
from console.partner_queries import said_partner
from federation.catalogue.models import SharedService
from federation.catalogue.queries import service_named
from federation.ent import operations
from federation.ent.access import access_registration, access_signing_key
from federation.ent.certificates import bare
from federation.ent.saml.partner import SamlPartner, read_metadata
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


class PartnerForm(forms.Form):
    """A SAML partner, as its metadata describe it; field by field when it has none."""

    metadata = forms.CharField(
        label=gettext_lazy("Métadonnées du service"),
        help_text=gettext_lazy("Le fichier XML entier. Les champs suivants restent alors vides."),
        max_length=400_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    entity_id = forms.CharField(
        label=gettext_lazy("Nom du service (entityID)"), max_length=300, required=False
    )
    acs_url = forms.CharField(
        label=gettext_lazy("Adresse de retour (ACS, HTTP-POST)"), max_length=300, required=False
    )
    certificate = forms.CharField(
        label=gettext_lazy("Certificat du service"),
        help_text=gettext_lazy("Celui qui signe ses demandes et ses déconnexions."),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    logout_url = forms.CharField(
        label=gettext_lazy("Adresse de déconnexion (HTTP-Redirect)"),
        help_text=gettext_lazy("Vide : le service n'est pas prévenu."),
        max_length=300,
        required=False,
    )
    signs_requests = forms.BooleanField(
        label=gettext_lazy("Refuser ses demandes sans signature"), required=False
    )
    starts_itself = forms.BooleanField(
        label=gettext_lazy("La carte ouvre la page du service, qui demande alors qui vient"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        by_hand = [answers.get(name) for name in ("entity_id", "acs_url", "certificate")]
        if answers.get("metadata") and (any(by_hand) or answers.get("logout_url")):
            raise forms.ValidationError(_("Donnez les métadonnées, ou les champs, pas les deux."))
        if not answers.get("metadata") and not all(by_hand[:2]):
            raise forms.ValidationError(
                _("Donnez les métadonnées, ou le nom et l'adresse de retour.")
            )
        return answers


def _partner(answers: Answers, *, at: datetime.datetime) -> SamlPartner:
    """
    The partner that a form describes.

    :raises DomainError: if what describes it cannot be read
    """
    if text := answers["metadata"]:
        read = read_metadata(text, at=at, starts_itself=answers["starts_itself"])
        # One may ask for more than the metadata do, never for less.
        must_sign = read.signs_requests or answers["signs_requests"]
        return dataclasses.replace(read, signs_requests=must_sign)
    return SamlPartner(
        entity_id=answers["entity_id"],
        acs_urls=(answers["acs_url"],),
        certificates=(bare(answers["certificate"]),) if answers["certificate"] else (),
        signs_requests=answers["signs_requests"],
        logout_url=answers["logout_url"],
        logout_answer_url=answers["logout_url"],
        starts_itself=answers["starts_itself"],
    )


@register
class RegisterSamlPartner(OnOneEnabled):
    name = "register-saml-partner"
    title = gettext_lazy("Inscrire un service SAML 2")
    verb = gettext_lazy("Inscrire un service SAML")
    icon = "login"
    form_class = PartnerForm

    def is_offered(self, row: Any) -> bool:
        return _speaks(row, SharedService.Protocol.SAML)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        partner = _partner(answers, at=at)
        rehearse(
            operations.register_saml_partner,
            enabled=targets[0],
            partner=partner,
            actor=PREVIEW,
            at=at,
        )
        return Effect(
            figures=(Figure(_("Nom du service"), partner.entity_id),),
            sentences=tuple(said_partner(partner)),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made = operations.register_saml_partner(
            enabled=targets[0], partner=_partner(answers, at=at), actor=actor, at=at
        )
        return Outcome(
            message=_("Le service est inscrit. Donnez-lui l'adresse de nos métadonnées."),
            url=reverse("console:ent_registration_change", args=[made.pk]),
        )


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
        if len(keys) != 1:
            raise NotFound(key="")
        return [access_signing_key(user, keys[0])]

    def key_of(self, row: Any) -> str:
        return str(row.kid)

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == "CURRENT")

    def back(self, targets: list[Any]) -> str:
        return reverse("console:ent_signingkey_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return Effect(
            sentences=(
                _("La clé annoncée signe désormais, et une autre est annoncée."),
                _("L'ancienne reste reconnue un jour : personne n'est déconnecté."),
                _("Un service SAML doit avoir relu nos métadonnées depuis le changement d'avant."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.rotate_keys(actor=actor, at=at)
        return Outcome(message=_("La clé est changée."), url=self.back(targets))
