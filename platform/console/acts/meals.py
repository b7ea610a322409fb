"""Acts on the meals of one enrolment: cancel some, add one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.canteen import operations
from billing.canteen.models import Enrolment
from billing.canteen.queries import meals_for
from commons.actors import Actor
from commons.errors import NotFound
from commons.periods import Period
from console.acts.enrolling import LONGEST_ABSENCE, ONE_DAY, OnEnrolments
from console.acts.framework import (
    PREVIEW,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    rehearse,
    sample,
)
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


class _OnOneEnrolment(OnEnrolments):
    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        found = super().targets(user, keys)
        if len(found) != 1:
            raise NotFound(enrolment="")
        return found


class CancellingForm(forms.Form):
    """From which day to which."""

    first_day = DayField(label=gettext_lazy("Premier jour sans repas"))
    last_day = DayField(
        label=gettext_lazy("Dernier jour sans repas"),
        help_text=gettext_lazy("Rien à écrire pour un seul jour."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        first = cleaned.get("first_day")
        last = cleaned.get("last_day") or first
        if first and last and not 0 <= (last - first).days < LONGEST_ABSENCE:
            self.add_error("last_day", _("Choisissez 60 jours au plus, dans l'ordre."))
        return cleaned


@register
class CancelMeals(_OnOneEnrolment):
    name = "cancel-meals"
    title = gettext_lazy("Annuler des repas")
    verb = gettext_lazy("Annuler ces repas")
    icon = "event_busy"
    form_class = CancellingForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"first_day": timezone.localdate() + ONE_DAY}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (enrolment,) = targets
        days = _days(enrolment, answers)
        kept = rehearse(
            operations.cancel_meals, enrolment=enrolment, days=days, actor=PREVIEW, at=at
        )
        late = {row.day for row in kept if row.is_late}
        rows = [
            (wording.long_date(day), _("Trop tard : reste facturé") if day in late else _("Annulé"))
            for day in days
        ]
        return Effect(
            figures=(
                Figure(_("Repas annulés"), str(len(days))),
                Figure(_("dont facturés quand même"), str(len(late))),
            ),
            table=sample((_("Jour"), _("Ce qui se passe")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        days = _days(targets[0], answers)
        operations.cancel_meals(enrolment=targets[0], days=days, actor=actor, at=at)
        message = ngettext("%(n)d repas est annulé.", "%(n)d repas sont annulés.", len(days)) % {
            "n": len(days)
        }
        return Outcome(message=message, url=self.back(targets))


def _days(enrolment: Enrolment, answers: Answers) -> list[datetime.date]:
    """The days named: one as it is, several for the meals that are planned between them."""
    first, last = answers["first_day"], answers["last_day"] or answers["first_day"]
    planned = meals_for(enrolment, Period(first, last + ONE_DAY)) if last > first else []
    return planned or [first]


class AddingForm(forms.Form):
    """Which day."""

    day = DayField(label=gettext_lazy("Jour du repas"))


@register
class AddMeal(_OnOneEnrolment):
    name = "add-meal"
    title = gettext_lazy("Ajouter un repas")
    verb = gettext_lazy("Ajouter ce repas")
    icon = "add_circle"
    form_class = AddingForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"day": timezone.localdate() + ONE_DAY}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(
            operations.add_meal,
            enrolment=targets[0],
            day=answers["day"],
            actor=PREVIEW,
            at=at,
            by_agent=True,
        )
        return Effect(
            figures=(Figure(_("Repas ajouté"), wording.long_date(answers["day"])),),
            sentences=(_("Ce repas est facturé comme les autres."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.add_meal(
            enrolment=targets[0], day=answers["day"], actor=actor, at=at, by_agent=True
        )
        return Outcome(message=_("Le repas est ajouté."), url=self.back(targets))
