"""How people are told in this département, unless they chose otherwise."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.rehearsing import rehearse
from console.acts.announcements import HOURS
from console.acts.framework import PREVIEW, Answers, Effect, OnNothing, Outcome, register
from tenants.accounts.capabilities import Capability
from tenants.schoollife.announcements import operations, queries
from tenants.schoollife.announcements.moments import Chosen, Terms
from tenants.schoollife.announcements.notice_models import Mode


class TermsForm(forms.Form):
    """What holds for who chose nothing."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Prévenir"), choices=Mode.choices, widget=forms.RadioSelect
    )
    quiet_from = forms.TypedChoiceField(
        label=gettext_lazy("Silence à partir de"), coerce=int, choices=HOURS
    )
    quiet_until = forms.TypedChoiceField(
        label=gettext_lazy("Silence jusqu'à"), coerce=int, choices=HOURS
    )
    is_quiet_at_weekends = forms.BooleanField(
        label=gettext_lazy("Silence le week-end"), required=False
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Heure des résumés"), coerce=int, choices=HOURS
    )
    urgent_per_week = forms.IntegerField(
        label=gettext_lazy("Annonces urgentes par semaine, au plus"), min_value=0, max_value=50
    )


@register
class SetNotificationDefaults(OnNothing):
    name = "set-notification-defaults"
    title = gettext_lazy("Régler les notifications")
    verb = gettext_lazy("Enregistrer ces réglages")
    icon = "notifications"
    capability = Capability.MANAGE_TENANT
    form_class = TermsForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        terms = queries.terms()
        return {
            "mode": terms.chosen.mode,
            "quiet_from": terms.chosen.quiet_from,
            "quiet_until": terms.chosen.quiet_until,
            "is_quiet_at_weekends": terms.chosen.is_quiet_at_weekends,
            "digest_hour": terms.digest_hour,
            "urgent_per_week": terms.urgent_per_week,
        }

    def back(self, targets: list[Any]) -> str:
        return reverse("console:announcements_notificationdefaults_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.set_terms, terms=_terms(answers), actor=PREVIEW, at=at)
        return Effect(sentences=(_("Qui a choisi autre chose garde son choix."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.set_terms(terms=_terms(answers), actor=actor, at=at)
        return Outcome(message=_("Les réglages sont enregistrés."), url=self.back(targets))


def _terms(answers: Answers) -> Terms:
    chosen = {
        name: answers[name]
        for name in ("mode", "quiet_from", "quiet_until", "is_quiet_at_weekends")
    }
    return Terms(
        Chosen(**chosen),
        digest_hour=answers["digest_hour"],
        urgent_per_week=answers["urgent_per_week"],
    )
