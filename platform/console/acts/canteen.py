"""Acts on service days and enrolments."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.canteen import operations
from commons.actors import Actor
from commons.errors import NotFound
from commons.money import format_euros
from commons.rehearsing import rehearse
from commons.school_calendar import school_year_of
from console import canteen_queries
from console.acts.enrolling import ONE_DAY, OnEnrolments
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    do_each,
    foresee,
    named,
    nothing_to_do,
    register,
    sample,
)
from tenants.accounts.capabilities import Capability
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


def _place_and_day(key: str) -> tuple[str, datetime.date]:
    """The UAI and the day that a key names.

    :raises NotFound: if it names none
    """
    uai, _colon, day = key.partition(":")
    try:
        return uai, datetime.date.fromisoformat(day)
    except ValueError:
        raise NotFound(service_day=key) from None


class ClosingForm(forms.Form):
    """Why the canteen is closed."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        help_text=gettext_lazy("Les familles lisent ce motif. Exemple : grève, travaux."),
        max_length=200,
    )


@register
class CloseServiceDays(Act):
    name = "close-service-days"
    title = gettext_lazy("Fermer la cantine")
    verb = gettext_lazy("Fermer ces jours")
    icon = "event_busy"
    capability = Capability.EDIT_ENROLMENTS
    form_class = ClosingForm

    def key_of(self, row: Any) -> str:
        return f"{row.college.uai}:{row.day.isoformat()}"

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        found = canteen_queries.service_days(user, [_place_and_day(key) for key in set(keys)])
        if not found or len(found) != len(set(keys)):
            raise NotFound(service_day="")
        return found

    def about(self, targets: list[Any]) -> str:
        return ngettext("%(count)d jour de service", "%(count)d jours de service", len(targets)) % {
            "count": len(targets)
        }

    def back(self, targets: list[Any]) -> str:
        return reverse("console:canteen_serviceday_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        foreseen = foresee(
            targets,
            lambda row: rehearse(
                operations.close_service_day,
                college=row.college,
                day=row.day,
                reason=answers["reason"],
                actor=PREVIEW,
                at=at,
            ),
        )
        accepted = [row for row, _closed in foreseen.accepted]
        effects = [(row, canteen_queries.closing_effect(row)) for row in accepted]
        rows = [
            (
                row.college.name,
                wording.long_date(row.day),
                str(effect.meals) if row.is_open else _("Déjà fermé"),
                format_euros(effect.amount_cents),
            )
            for row, effect in effects
        ]
        return Effect(
            figures=(
                Figure(_("Jours fermés"), str(sum(row.is_open for row in accepted))),
                Figure(_("Repas retirés"), str(sum(effect.meals for _row, effect in effects))),
                Figure(
                    _("Somme non facturée"),
                    format_euros(sum(effect.amount_cents for _row, effect in effects)),
                ),
            ),
            sentences=(_("Personne ne mange ces jours-là, et personne ne paie."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
            table=sample((_("Collège"), _("Jour"), _("Repas"), _("Somme")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda row: operations.close_service_day(
                college=row.college, day=row.day, reason=answers["reason"], actor=actor, at=at
            ),
        )
        message = ngettext("%(count)d jour est fermé.", "%(count)d jours sont fermés.", done) % {
            "count": done
        }
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)


class OpeningForm(forms.Form):
    """From which day the canteen opens."""

    first_day = DayField(
        label=gettext_lazy("Premier jour ouvert"),
        help_text=gettext_lazy(
            "La cantine ouvre chaque jour de classe, jusqu'à la fin de l'année scolaire."
        ),
    )


@register
class OpenServiceDays(Act):
    name = "open-service-days"
    title = gettext_lazy("Ouvrir la cantine")
    verb = gettext_lazy("Ouvrir les jours")
    icon = "event_available"
    capability = Capability.EDIT_ENROLMENTS
    form_class = OpeningForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        try:
            found = canteen_queries.colleges(user, [uuid.UUID(key) for key in keys])
        except ValueError:
            raise NotFound(college="") from None
        if not found or len(found) != len(set(keys)):
            raise NotFound(college="")
        return found

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"first_day": timezone.localdate() + ONE_DAY}

    def about(self, targets: list[Any]) -> str:
        return named([college.name for college in targets])

    def back(self, targets: list[Any]) -> str:
        return reverse("console:people_college_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        foreseen = foresee(
            targets,
            lambda college: rehearse(
                operations.open_service_days,
                college=college,
                **_opening(answers),
                actor=PREVIEW,
                at=at,
            ),
        )
        opened = sum(new for _college, new in foreseen.accepted)
        if foreseen.accepted and not opened:
            return nothing_to_do()
        rows = [(college.name, str(new)) for college, new in foreseen.accepted]
        return Effect(
            figures=(Figure(_("Jours ouverts"), str(opened)),),
            sentences=(_("Les jours déjà connus ne changent pas, même fermés."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
            table=sample((_("Collège"), _("Jours ouverts")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda college: operations.open_service_days(
                college=college, **_opening(answers), actor=actor, at=at
            ),
        )
        message = ngettext(
            "La cantine de %(count)d collège est ouverte.",
            "La cantine de %(count)d collèges est ouverte.",
            done,
        ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)


def _opening(answers: Answers) -> dict[str, Any]:
    first_day: datetime.date = answers["first_day"]
    return {"school_year": school_year_of(first_day).start_year, "since": first_day}


class EndingForm(forms.Form):
    """From which day there is no meal."""

    end_on = DayField(label=gettext_lazy("Premier jour sans repas"))


@register
class EndEnrolments(OnEnrolments):
    name = "end-enrolments"
    title = gettext_lazy("Arrêter une inscription")
    verb = gettext_lazy("Arrêter l'inscription")
    icon = "event_busy"
    form_class = EndingForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"end_on": timezone.localdate() + ONE_DAY}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        end_on: datetime.date = answers["end_on"]
        foreseen = foresee(
            targets,
            lambda row: rehearse(
                operations.end_enrolment,
                enrolment=row,
                end_on=end_on,
                actor=PREVIEW,
                at=at,
                by_agent=True,
            ),
        )
        effects = [
            (row, canteen_queries.ending_effect(row, end_on)) for row, _ended in foreseen.accepted
        ]
        rows = [
            (
                row.pupil.full_name,
                row.college.name,
                wording.weekday_list(row.weekdays),
                str(effect.meals),
            )
            for row, effect in effects
        ]
        return Effect(
            figures=(
                Figure(_("Inscriptions arrêtées"), str(len(effects))),
                Figure(_("Premier jour sans repas"), wording.full_date(end_on)),
                Figure(_("Repas retirés"), str(sum(effect.meals for _row, effect in effects))),
                Figure(
                    _("Somme non facturée"),
                    format_euros(sum(effect.amount_cents for _row, effect in effects)),
                ),
            ),
            sentences=(_("Les repas d'avant ce jour restent facturés."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
            table=sample((_("Élève"), _("Collège"), _("Jours"), _("Repas retirés")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda row: operations.end_enrolment(
                enrolment=row, end_on=answers["end_on"], actor=actor, at=at, by_agent=True
            ),
        )
        message = ngettext(
            "%(count)d inscription est arrêtée.", "%(count)d inscriptions sont arrêtées.", done
        ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)
