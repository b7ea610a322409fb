"""The act on the key that signs tickets: another takes its place."""

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
from commons.rehearsing import rehearse
from console.acts.framework import PREVIEW, Act, Answers, Effect, Outcome, register
from federation.passplus import operations
from federation.passplus.models import TicketKey
from federation.passplus.partner_access import access_ticket_key
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


class KeyForm(forms.Form):
    withdraw = forms.BooleanField(
        label=gettext_lazy("La clé d'avant est connue de quelqu'un : la retirer"),
        help_text=gettext_lazy("Les tickets déjà imprimés ne se scannent plus. Leur code se tape."),
        required=False,
    )


@register
class ReplaceTicketKey(Act):
    name = "replace-ticket-key"
    title = gettext_lazy("Changer la clé des tickets Pass+")
    verb = gettext_lazy("Changer la clé")
    icon = "autorenew"
    capability = Capability.MANAGE_PASSPLUS
    form_class = KeyForm
    is_sensitive = True

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(key="")
        return [access_ticket_key(user, keys[0])]

    def key_of(self, row: Any) -> str:
        return str(row.kid)

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == TicketKey.State.CURRENT)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:passplus_ticketkey_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.replace_key, **answers, actor=PREVIEW, at=at)
        return Effect(
            sentences=(
                _("Une autre clé signe les tickets dès maintenant."),
                _("Les tickets signés avant ne se scannent plus : il faut taper leur code.")
                if answers["withdraw"]
                else _("Les tickets signés avant se scannent toujours."),
                _("Un téléphone sans internet apprend la clé à sa prochaine connexion."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.replace_key(**answers, actor=actor, at=at)
        return Outcome(message=_("La clé est changée."), url=self.back(targets))
