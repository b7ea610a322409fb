"""The act on a Pass+ campaign: renew the cards that are given without asking."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.actors import Actor
from commons.errors import NotFound
from console.acts.billing import begun, uuid_of
from console.acts.framework import Act, Answers, Effect, Figure, Outcome, register
from console.records import euros
from federation.passplus import renewing
from federation.passplus.registrations.access import access_open_campaign
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


@register
class RenewCards(Act):
    """Have a worker renew the cards of a campaign; its page says how far it is."""

    name = "renew-cards"
    title = gettext_lazy("Renouveler les Pass+")
    verb = gettext_lazy("Renouveler")
    icon = "autorenew"
    capability = Capability.MANAGE_PASSPLUS
    warning = gettext_lazy("Un Pass+ accordé ne se reprend pas.")

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(campaign="")
        return [access_open_campaign(uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].label)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:campaign", args=[targets[0].public_id])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers
        foreseen = renewing.foresee(targets[0], at=at)
        return Effect(
            figures=(
                Figure(_("Élèves sans Pass+"), str(foreseen.pupils)),
                Figure(_("Pass+ à accorder"), str(foreseen.cards)),
                Figure(_("Crédit donné"), euros(foreseen.cents)),
            ),
            sentences=(
                _("Chaque élève que les données renouvellent reçoit son crédit."),
                _("Le travail peut être interrompu et repris : personne ne l'a deux fois."),
            ),
            refusals=() if foreseen.cards else (_("Personne n'est à renouveler."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        (campaign,) = targets
        if not renewing.is_long_work(campaign):
            done = renewing.renew_campaign(campaign=campaign, actor=actor, at=at)
            message = ngettext(
                "%(count)d Pass+ est renouvelé.", "%(count)d Pass+ sont renouvelés.", done.cards
            )
            return Outcome(
                message=message % {"count": done.cards}, url=self.back(targets), done=done.cards
            )
        return begun(renewing.ask(campaign, actor=actor, at=at))
