"""The acts on somebody's account: sign them out everywhere, and reset a second factor that is lost."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    register,
)
from tenants.accounts import factors, queries, sign_ins
from tenants.accounts.access import access_account
from tenants.accounts.capabilities import Capability
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User

Reason = factors.ResetReason


class _OnOneAccount(Act):
    """An act whose key is an account."""

    capability = Capability.MANAGE_TENANT
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(user="")
        return [access_account(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].get_full_name())

    def back(self, targets: list[Any]) -> str:
        return reverse("console:accounts_user_change", args=[targets[0].pk])


@register
class EndSessions(_OnOneAccount):
    """Sign a person out everywhere; they may sign in again."""

    name = "end-sessions"
    title = gettext_lazy("Fermer les sessions d'un compte")
    verb = gettext_lazy("Fermer les sessions")
    icon = "logout"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        count = len(queries.sessions_of(targets[0], at=at))
        return Effect(
            figures=(Figure(_("Sessions ouvertes"), str(count)),),
            sentences=(_("La personne est déconnectée partout. Elle peut se reconnecter."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        sign_ins.end_sessions(user=targets[0], actor=actor, at=at)
        return Outcome(message=_("Les sessions sont fermées."), url=self.back(targets))


class ResetForm(forms.Form):
    """Why."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Raison"),
        choices=[
            (Reason.LOST.value, gettext_lazy("Téléphone ou clé perdus")),
            (Reason.REPLACED.value, gettext_lazy("Nouveau téléphone")),
            (Reason.SUSPECTED.value, gettext_lazy("Quelqu'un d'autre s'en est peut-être servi")),
        ],
    )


@register
class ResetFactors(_OnOneAccount):
    """The person sets another factor up at their next sign-in. Never one's own."""

    name = "reset-factors"
    title = gettext_lazy("Réinitialiser la deuxième étape")
    verb = gettext_lazy("Réinitialiser la deuxième étape")
    icon = "lock_reset"
    form_class = ResetForm
    warning = gettext_lazy("Vérifiez de vive voix que c'est bien cette personne qui demande.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (user,) = targets
        try:
            rehearse(
                factors.reset_factors,
                user=user,
                reason=Reason(answers["reason"]),
                actor=PREVIEW,
                at=at,
            )
        except DomainError as error:
            return Effect(refusals=(str(explain(error)),))
        own = queries.factors_of(user)
        return Effect(
            figures=(
                Figure(_("Application de codes"), _("Oui") if own.authenticator else _("Non")),
                Figure(_("Clés d'accès"), str(len(own.passkeys))),
                Figure(_("Sessions ouvertes"), str(len(queries.sessions_of(user, at=at)))),
            ),
            sentences=(
                _("Tout est retiré, et ses sessions sont fermées."),
                _("La personne reçoit un message."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (user,) = targets
        factors.reset_factors(user=user, reason=Reason(answers["reason"]), actor=actor, at=at)
        return Outcome(message=_("La deuxième étape est réinitialisée."), url=self.back(targets))
