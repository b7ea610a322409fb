"""Forming a household: whose resources set the price of which children."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.rehearsing import rehearse
from console import queries
from console.acts.enrolling import OnOnePupil
from console.acts.framework import (
    PREVIEW,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
    url_for,
)
from console.records import NOTHING
from tenants.accounts.capabilities import Capability
from tenants.people import families
from tenants.people.models import Guardian, Pupil
from tenants.people.queries import guardianships_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


class HouseholdForm(forms.Form):
    """The adults and the children of one tax notice."""

    adults = forms.MultipleChoiceField(
        label=gettext_lazy("Adultes du foyer"), widget=forms.CheckboxSelectMultiple
    )
    children = forms.MultipleChoiceField(
        label=gettext_lazy("Enfants du foyer"), widget=forms.CheckboxSelectMultiple
    )
    valid_from = DayField(label=gettext_lazy("Ce foyer existe depuis le"))

    def __init__(
        self, *args: Any, adults: Sequence[Guardian], children: Sequence[Pupil], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("adults", adults)
        self._offer("children", children)

    def _offer(self, name: str, people: Sequence[Guardian] | Sequence[Pupil]) -> None:
        """One box per person; at least one is ticked."""
        field: Any = self.fields[name]
        field.choices = [(str(one.public_id), one.full_name) for one in people]


@register
class FormHousehold(OnOnePupil):
    name = "form-household"
    title = gettext_lazy("Former un foyer")
    verb = gettext_lazy("Former le foyer")
    icon = "home"
    capability = Capability.EDIT_PEOPLE
    form_class = HouseholdForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        """The pupil of the file first, then the brothers and sisters the agent may see."""
        (pupil,) = super().targets(user, keys)
        return [pupil, *queries.siblings_of(user, pupil)]

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        initial = {
            "children": [str(targets[0].public_id)],
            "valid_from": timezone.localdate(),
        }
        return HouseholdForm(
            data, files, adults=_adults(targets[0]), children=targets, initial=initial
        )

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        arguments = _household(targets, answers)
        rehearse(families.form_household, **arguments, actor=PREVIEW, at=at)
        rows = [
            (
                pupil.full_name,
                pupil.household.label if pupil.household else NOTHING,
                arguments["label"],
            )
            for pupil in arguments["pupils"]
        ]
        return Effect(
            figures=(
                Figure(_("Adultes"), str(len(arguments["guardians"]))),
                Figure(_("Enfants"), str(len(rows))),
            ),
            sentences=(
                _("Les prix de ces enfants suivront les ressources de ce foyer."),
                _("Un adulte déjà dans un autre foyer le quitte ce jour-là."),
            ),
            table=sample((_("Enfant"), _("Foyer avant"), _("Foyer après")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        families.form_household(**_household(targets, answers), actor=actor, at=at)
        return Outcome(
            message=_("Le foyer est formé. Enregistrez maintenant ses ressources."),
            url=url_for("record-resources", targets[0]),
        )


def _adults(pupil: Pupil) -> list[Guardian]:
    return [link.guardian for link in guardianships_of(pupil, on=timezone.localdate())]


def _household(pupils: Sequence[Pupil], answers: Answers) -> dict[str, Any]:
    """The arguments of `form_household`; the household bears the name of its first adult."""
    guardians = [one for one in _adults(pupils[0]) if str(one.public_id) in answers["adults"]]
    return {
        "label": _("Foyer %(name)s") % {"name": str(guardians[0])},
        "guardians": guardians,
        "pupils": [one for one in pupils if str(one.public_id) in answers["children"]],
        "valid_from": answers["valid_from"],
    }
