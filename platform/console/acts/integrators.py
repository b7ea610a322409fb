"""The acts on machines that read by the API, and on the web pages that may call it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    OnNothing,
    Outcome,
    register,
)
from console.acts.shared_services import one_key
from tenants.accounts.capabilities import Capability
from tenants.integrators import operations, origins
from tenants.integrators.access import access_integrator, access_origin
from tenants.integrators.scopes import Scope
from ui import wording
from ui.integrator_texts import SCOPES

if TYPE_CHECKING:
    from tenants.accounts.models import User

ONE_YEAR = datetime.timedelta(days=365)


class PublicKeyField(forms.CharField):
    """A public key, in PEM or as a JWK; none: a secret is drawn."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Clé publique de l'éditeur"),
            help_text=gettext_lazy("PEM ou JWK, de préférence. Vide : un secret est tiré au sort."),
            max_length=10_000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            **options,
        )


class IntegratorForm(forms.Form):
    """Who it is, who answers for it, what it reads and until when."""

    name = forms.CharField(label=gettext_lazy("Nom du logiciel"), max_length=100)
    contact_email = forms.EmailField(
        label=gettext_lazy("Courriel de qui en répond"), max_length=254
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Ce qu'il peut lire"),
        help_text=gettext_lazy("Le moins possible."),
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    last_day = DayField(label=gettext_lazy("Dernier jour"))
    public_key = PublicKeyField()


def _expires_at(last_day: datetime.date) -> datetime.datetime:
    """The midnight after a local day."""
    midnight = datetime.datetime.combine(last_day + datetime.timedelta(days=1), datetime.time())
    return timezone.make_aware(midnight)


def _asked_of(answers: Answers) -> dict[str, Any]:
    """What the operation is asked for by the form's answers."""
    asked = dict(answers)
    expires_at = _expires_at(asked.pop("last_day"))
    return asked | {"scopes": [Scope(one) for one in asked["scopes"]], "expires_at": expires_at}


@register
class RegisterIntegrator(OnNothing):
    name = "register-integrator"
    title = gettext_lazy("Inscrire un logiciel")
    verb = gettext_lazy("Inscrire ce logiciel")
    icon = "smart_toy"
    capability = Capability.MANAGE_TENANT
    form_class = IntegratorForm
    is_sensitive = True
    warning = gettext_lazy("Son secret se lit une seule fois, juste après.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"last_day": timezone.localdate() + ONE_YEAR}

    def back(self, targets: list[Any]) -> str:
        return reverse("console:integrators_integrator_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.register_integrator, **_asked_of(answers), actor=PREVIEW, at=at)
        read = [str(SCOPES[Scope(one)]) for one in answers["scopes"]]
        return Effect(
            figures=(
                Figure(_("Dernier jour"), wording.full_date(answers["last_day"])),
                Figure(_("Se prouve par"), _("Sa clé") if answers["public_key"] else _("Secret")),
            ),
            sentences=(_("Il lira, pour tout le département :"), *read),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        made, secret = operations.register_integrator(**_asked_of(answers), actor=actor, at=at)
        return Outcome(message=_said(made.client_id, secret), url=self.back(targets))


def _said(client_id: str, secret: str) -> str:
    """What the agent passes on: to whom the secret is, and that it is read once."""
    if not secret:
        return _("Client %(client)s. Il se prouve par sa clé.") % {"client": client_id}
    return _("Client %(client)s, secret %(secret)s. Notez-le : il ne sera plus montré.") % {
        "client": client_id,
        "secret": secret,
    }


class _OnOneIntegrator(Act):
    """An act whose key is a machine."""

    capability = Capability.MANAGE_TENANT
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_integrator(user, one_key(keys))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open(at=timezone.now()))

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:integrators_integrator_change", args=[targets[0].pk])


class RotateForm(forms.Form):
    """What proves it from now on, and whether the old one is in other hands."""

    public_key = PublicKeyField()
    is_leaked = forms.BooleanField(
        label=gettext_lazy("Quelqu'un d'autre a peut-être l'ancien : il ne vaut plus rien"),
        help_text=gettext_lazy("Sinon, l'ancien vaut encore sept jours."),
        required=False,
    )


@register
class RotateCredential(_OnOneIntegrator):
    name = "rotate-credential"
    title = gettext_lazy("Changer le secret d'un logiciel")
    verb = gettext_lazy("Changer le secret")
    icon = "autorenew"
    form_class = RotateForm
    warning = gettext_lazy("Le nouveau secret se lit une seule fois, juste après.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(
            operations.rotate_credential,
            integrator=targets[0],
            actor=PREVIEW,
            at=at,
            **answers,
        )
        old = (
            _("L'ancien ne vaut plus rien dès maintenant, ni les jetons qu'il a donnés.")
            if answers["is_leaked"]
            else _("L'ancien vaut encore sept jours : l'éditeur a le temps de changer.")
        )
        return Effect(sentences=(old,))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (integrator,) = targets
        secret = operations.rotate_credential(integrator=integrator, actor=actor, at=at, **answers)
        return Outcome(message=_said(integrator.client_id, secret), url=self.back(targets))


@register
class RevokeIntegrator(_OnOneIntegrator):
    name = "revoke-integrator"
    title = gettext_lazy("Révoquer un logiciel")
    verb = gettext_lazy("Révoquer")
    icon = "block"
    warning = gettext_lazy("Cela ne s'annule pas : il faudra l'inscrire encore.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.revoke_integrator, integrator=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Il ne lit plus rien, dès sa prochaine demande."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.revoke_integrator(integrator=targets[0], actor=actor, at=at)
        return Outcome(message=_("Le logiciel est révoqué."), url=self.back(targets))


class OriginForm(forms.Form):
    """From which address the pages come."""

    origin = forms.CharField(
        label=gettext_lazy("Origine"),
        help_text=gettext_lazy("Par exemple https://carte.exemple.fr, sans page ni étoile."),
        max_length=origins.LONGEST,
    )


@register
class AllowOrigin(OnNothing):
    name = "allow-origin"
    title = gettext_lazy("Admettre une origine")
    verb = gettext_lazy("Admettre cette origine")
    icon = "public"
    capability = Capability.MANAGE_TENANT
    form_class = OriginForm
    is_sensitive = True

    def back(self, targets: list[Any]) -> str:
        return reverse("console:integrators_allowedorigin_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.allow_origin, **answers, actor=PREVIEW, at=at)
        return Effect(
            figures=(Figure(_("Origine"), origins.exact(answers["origin"])),),
            sentences=(
                _("Ses pages appellent l'API avec un jeton, jamais avec la session d'une famille."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.allow_origin(**answers, actor=actor, at=at)
        return Outcome(message=_("L'origine est admise."), url=self.back(targets))


@register
class WithdrawOrigin(Act):
    name = "withdraw-origin"
    title = gettext_lazy("Retirer une origine")
    verb = gettext_lazy("Retirer")
    icon = "public_off"
    capability = Capability.MANAGE_TENANT

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [access_origin(user, one_key(keys))]

    def is_offered(self, row: Any) -> bool:
        return row.withdrawn_at is None

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].origin)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:integrators_allowedorigin_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.withdraw_origin, origin=targets[0], actor=PREVIEW, at=at)
        return Effect(sentences=(_("Ses pages n'appellent plus l'API."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.withdraw_origin(origin=targets[0], actor=actor, at=at)
        return Outcome(message=_("L'origine est retirée."), url=self.back(targets))
