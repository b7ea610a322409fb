"""The act of an agent who opens the portal of a family, to see what it sees."""

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
from console.acts.billing import uuid_of
from console.acts.framework import PREVIEW, Act, Answers, Effect, Outcome, register
from tenants.accounts.capabilities import Capability
from tenants.acting import operations
from tenants.acting.models import LONGEST_REASON
from tenants.people.access import access_guardian
from tenants.people.models import Guardian
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


class ActingForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("La famille lira cette raison, avec votre nom."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Durée"),
        coerce=int,
        choices=[
            (15, gettext_lazy("15 minutes")),
            (30, gettext_lazy("30 minutes")),
            (60, gettext_lazy("une heure")),
        ],
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Pair:
    """The agent who asks, and for whom."""

    agent: User
    guardian: Guardian


@register
class ActForFamily(Act):
    name = "act-for-family"
    title = gettext_lazy("Agir pour une famille")
    verb = gettext_lazy("Agir pour cette personne")
    icon = "support_agent"
    capability = Capability.ACT_FOR_FAMILIES
    form_class = ActingForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(guardian="")
        return [_Pair(user, access_guardian(user, uuid_of(keys[0])))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].guardian.full_name)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"minutes": 30}

    def back(self, targets: list[Any]) -> str:
        return reverse("console:people_guardian_change", args=[targets[0].guardian.pk])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (pair,) = targets
        rehearse(operations.begin, **_arguments(pair, answers), actor=PREVIEW, at=at)
        end = at + datetime.timedelta(minutes=answers["minutes"])
        return Effect(
            sentences=(
                _("Vous verrez le portail comme %(name)s.") % {"name": pair.guardian.full_name},
                _("Vous ne pourrez rien changer avant de dire pourquoi."),
                _("La famille reçoit un courriel, avec votre nom et cette raison."),
                _("L'accès s'arrête au plus tard à %(hour)s.") % {"hour": wording.clock(end)},
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (pair,) = targets
        session = operations.begin(**_arguments(pair, answers), actor=actor, at=at)
        return Outcome(
            message=_("Vous voyez maintenant le portail de la famille."),
            url=reverse("portal:acting-enter", args=[session.public_id]),
        )


def _arguments(pair: _Pair, answers: Answers) -> dict[str, Any]:
    return {
        "agent": pair.agent,
        "guardian": pair.guardian,
        "reason": answers["reason"],
        "lasts": datetime.timedelta(minutes=answers["minutes"]),
    }
