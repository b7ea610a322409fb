"""Acts for a family that comes to the counter: enrol, change the days, cancel or add a meal."""

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
from billing.canteen.access import access_enrolment
from billing.canteen.models import Enrolment
from billing.canteen.queries import meals_for
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from commons.actors import Actor
from commons.errors import NotFound
from commons.periods import Period
from commons.rehearsing import rehearse
from commons.school_calendar import SchoolYear, school_year_of
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
    register,
    sample,
)
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_pupil
from tenants.people.models import Pupil
from tenants.people.queries import payers_of, schooling_on
from ui import wording
from ui.price_story import decided_price

if TYPE_CHECKING:
    from tenants.accounts.models import User

ONE_DAY = datetime.timedelta(days=1)
LONGEST_ABSENCE = 60  # days


def one_pupil(user: User, keys: Sequence[str]) -> list[Pupil]:
    """The one pupil an act is about.

    :raises NotFound: if it is not one, or not theirs to see
    """
    try:
        (key,) = keys
        return [access_pupil(user, uuid.UUID(key))]
    except ValueError:
        raise NotFound(pupil="") from None


def enrolments(user: User, keys: Sequence[str]) -> list[Enrolment]:
    """The enrolments an act is about.

    :raises NotFound: if there is none, or one is not theirs to see
    """
    try:
        found = [access_enrolment(user, uuid.UUID(key)) for key in dict.fromkeys(keys)]
    except ValueError:
        raise NotFound(enrolment="") from None
    if not found:
        raise NotFound(enrolment="")
    return found


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week, as boxes; the answer is the mask."""

    def __init__(self, **options: Any) -> None:
        names = [(1 << rank, name) for rank, name in enumerate(wording.WEEKDAYS[:5])]
        super().__init__(choices=names, coerce=int, widget=forms.CheckboxSelectMultiple, **options)

    def clean(self, value: Any) -> Any:
        return sum(super().clean(value))


class EnrolForm(forms.Form):
    """Which days, from when."""

    weekdays = WeekdaysField(label=gettext_lazy("Jours de cantine"))
    start_on = DayField(label=gettext_lazy("Premier jour"))


class OnOnePupil(Act):
    """What the acts on one pupil have in common."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return one_pupil(user, keys)

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].full_name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:pupil-file", args=[targets[0].public_id])


@register
class EnrolPupil(OnOnePupil):
    name = "enrol-pupil"
    title = gettext_lazy("Inscrire à la cantine")
    verb = gettext_lazy("Inscrire")
    icon = "restaurant"
    capability = Capability.EDIT_ENROLMENTS
    form_class = EnrolForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"start_on": timezone.localdate() + ONE_DAY}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (pupil,) = targets
        start_on: datetime.date = answers["start_on"]
        asked = _enrolment_of(pupil, answers)

        def read(enrolment: Enrolment) -> tuple[str, int]:
            price = price_on(pupil, Service.HALF_BOARD, start_on)
            meals = meals_for(enrolment, Period(start_on, enrolment.valid_until))
            return decided_price(price), len(meals)

        price, meals = rehearse(operations.enrol, read=read, actor=PREVIEW, at=at, **asked)
        payers = [
            (payer.guardian.full_name, wording.typographic(f"{payer.share_bp / 100:g} %"))
            for payer in asked["payers"]
        ]
        return Effect(
            figures=(
                Figure(_("Prix d'un repas"), price),
                Figure(_("Repas jusqu'à l'été"), str(meals)),
                Figure(_("Premier jour"), wording.full_date(start_on)),
                Figure(_("Jours"), wording.weekday_list(answers["weekdays"])),
            ),
            sentences=(_("Collège : %(name)s.") % {"name": asked["college"].name},),
            table=sample((_("Qui paie"), _("Part")), payers),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.enrol(actor=actor, at=at, **_enrolment_of(targets[0], answers))
        return Outcome(message=_("L'inscription est faite."), url=self.back(targets))


def _enrolment_of(pupil: Pupil, answers: Answers) -> dict[str, Any]:
    """The arguments of `enrol`: the collège of the first day, and the payers the family already has."""
    year = school_year_of(answers["start_on"]).start_year
    schooling = schooling_on(pupil, answers["start_on"])
    if schooling is None:
        raise operations.NotSchooledThere(pupil=str(pupil.public_id), school_year=year)
    links = payers_of(pupil, on=answers["start_on"])
    return {
        "pupil": pupil,
        "college": schooling.college,
        "school_year": year,
        "weekdays": answers["weekdays"],
        "start_on": answers["start_on"],
        "payers": [
            operations.Payer(link.guardian, link.payer_share_bp) for link in links.order_by("pk")
        ],
        "by_agent": True,
    }


class OnEnrolments(Act):
    """What the acts on enrolments have in common."""

    capability = Capability.EDIT_ENROLMENTS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return enrolments(user, keys)

    def about(self, targets: list[Any]) -> str:
        return named([row.pupil.full_name for row in targets])

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return reverse("console:pupil-file", args=[targets[0].pupil.public_id])
        return reverse("console:canteen_enrolment_changelist")


class WeekdaysForm(forms.Form):
    """Which days, from when."""

    weekdays = WeekdaysField(label=gettext_lazy("Nouveaux jours de cantine"))
    effective_on = DayField(label=gettext_lazy("À partir du"))


@register
class ChangeWeekdays(OnEnrolments):
    name = "change-weekdays"
    title = gettext_lazy("Changer les jours de cantine")
    verb = gettext_lazy("Changer les jours")
    icon = "edit_calendar"
    form_class = WeekdaysForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        kept = [1 << day for day in wording.mask_days(targets[0].weekdays)]
        return {"effective_on": timezone.localdate() + ONE_DAY, "weekdays": kept}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        day: datetime.date = answers["effective_on"]

        def meals(row: Enrolment) -> int:
            return len(meals_for(row, Period(day, SchoolYear(row.school_year).period.end)))

        foreseen = foresee(
            targets,
            lambda row: rehearse(
                operations.change_weekdays,
                read=meals,
                enrolment=row,
                weekdays=answers["weekdays"],
                effective_on=day,
                actor=PREVIEW,
                at=at,
                by_agent=True,
            ),
        )
        rows = [
            (row.pupil.full_name, wording.weekday_list(row.weekdays), str(meals(row)), str(after))
            for row, after in foreseen.accepted
        ]
        heads = (_("Élève"), _("Jours avant"), _("Repas avant"), _("Repas après"))
        return Effect(
            figures=(
                Figure(_("Inscriptions changées"), str(len(rows))),
                Figure(_("Nouveaux jours"), wording.weekday_list(answers["weekdays"])),
                Figure(_("À partir du"), wording.full_date(day)),
            ),
            sentences=(_("Les repas sont comptés de ce jour à l'été."),),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
            table=sample(heads, rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda row: operations.change_weekdays(
                enrolment=row,
                weekdays=answers["weekdays"],
                effective_on=answers["effective_on"],
                actor=actor,
                at=at,
                by_agent=True,
            ),
        )
        message = ngettext(
            "Les jours de %(count)d inscription sont changés.",
            "Les jours de %(count)d inscriptions sont changés.",
            done,
        ) % {"count": done}
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)
