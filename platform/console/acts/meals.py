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
from billing.tariffs.issued_months import first_open_day
from commons.actors import Actor
from commons.errors import NotFound
from commons.periods import Period
from commons.rehearsing import rehearse
from console.acts.enrolling import LONGEST_ABSENCE, ONE_DAY, OnEnrolments
from console.acts.framework import (
    PREVIEW,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    correcting_field,
    correcting_sentences,
    register,
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
    correcting = correcting_field()


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
            correcting=answers["correcting"],
        )
        return Effect(
            figures=(Figure(_("Repas ajouté"), wording.long_date(answers["day"])),),
            sentences=(
                _("Ce repas est facturé comme les autres."),
                *correcting_sentences(answers),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.add_meal(
            enrolment=targets[0],
            day=answers["day"],
            actor=actor,
            at=at,
            by_agent=True,
            correcting=answers["correcting"],
        )
        return Outcome(message=_("Le repas est ajouté."), url=self.back(targets))


class ExcusingForm(CancellingForm):
    """From which day to which, and why."""

    first_day = DayField(label=gettext_lazy("Premier jour d'absence"))
    last_day = DayField(
        label=gettext_lazy("Dernier jour d'absence"),
        help_text=gettext_lazy("Rien à écrire pour un seul jour."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        help_text=gettext_lazy("Par exemple : certificat médical, sortie scolaire."),
        max_length=300,
    )


@register
class ExcuseAbsences(_OnOneEnrolment):
    name = "excuse-absences"
    title = gettext_lazy("Justifier une absence passée")
    verb = gettext_lazy("Justifier ces absences")
    icon = "medical_information"
    form_class = ExcusingForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"first_day": timezone.localdate() - ONE_DAY}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        counted = rehearse(
            operations.excuse_absences, **self._arguments(targets, answers), actor=PREVIEW, at=at
        )
        first_open = first_open_day()
        billed = sum(first_open is not None and day < first_open for day in counted)
        return Effect(
            figures=(
                Figure(_("Repas qui ne sont plus comptés"), str(len(counted))),
                Figure(_("dont déjà facturés"), str(billed)),
            ),
            sentences=(
                (_("Les mois déjà facturés attendent une régularisation."),) if billed else ()
            ),
            refusals=() if counted else (_("Il n'y a rien à changer."),),
            table=sample((_("Jour"),), [(wording.long_date(day),) for day in counted]),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        counted = operations.excuse_absences(
            **self._arguments(targets, answers), actor=actor, at=at
        )
        message = ngettext(
            "%(n)d repas n'est plus compté.", "%(n)d repas ne sont plus comptés.", len(counted)
        ) % {"n": len(counted)}
        return Outcome(message=message, url=self.back(targets))

    def _arguments(self, targets: list[Any], answers: Answers) -> dict[str, Any]:
        days = _days(targets[0], answers)
        return {"enrolment": targets[0], "days": days, "reason": answers["reason"]}
