"""Who pays for an enrolment that runs: parents who part in the middle of a year share its bills."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.canteen import operations, queries
from billing.canteen.models import Enrolment
from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.enrolling import OnEnrolments
from console.acts.framework import (
    PREVIEW,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
)
from console.acts.households import SHARES, SharesForm, links_of, percent, shares_of
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


class PayersForm(SharesForm):
    """From when, and one share for each who answers for the pupil."""

    effective_on = DayField(label=gettext_lazy("À partir du"))


@register
class ChangePayers(OnEnrolments):
    """The shares of the pupil's file are for enrolments to come (`share-bills`); this is of one that runs."""

    name = "change-payers"
    title = gettext_lazy("Changer qui paie la cantine")
    verb = gettext_lazy("Changer qui paie")
    icon = "call_split"
    form_class = PayersForm
    each = SHARES

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(enrolment="")
        return super().targets(user, keys)

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        (enrolment,) = targets
        links = links_of(enrolment.pupil)
        form = PayersForm(data, files, links=links)
        paying = queries.shares_of(enrolment)
        for link in links:
            share_bp = paying.get(link.guardian_id, 0)
            form.fields[f"share_{link.guardian.public_id}"].initial = Decimal(share_bp) / 100
        form.fields["effective_on"].initial = _next_month(timezone.localdate())
        return form

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (enrolment,) = targets
        rehearse(operations.change_payers, actor=PREVIEW, at=at, **_asked(enrolment, answers))
        links = links_of(enrolment.pupil)
        before, after = queries.shares_of(enrolment), shares_of(links, answers)
        rows = [
            (
                link.guardian.full_name,
                percent(before.get(link.guardian_id, 0)),
                percent(after.get(link.guardian_id, 0)),
            )
            for link in links
        ]
        return Effect(
            figures=(
                Figure(_("Personnes qui paient"), str(len(after))),
                Figure(_("À partir du"), wording.full_date(answers["effective_on"])),
            ),
            sentences=(_("Les repas d'avant restent à qui les payait."),),
            table=sample((_("Responsable"), _("Part avant"), _("Part après")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.change_payers(actor=actor, at=at, **_asked(targets[0], answers))
        return Outcome(message=_("Le partage est changé."), url=self.back(targets))


def _asked(enrolment: Enrolment, answers: Answers) -> dict[str, Any]:
    """The arguments of `change_payers`."""
    links = links_of(enrolment.pupil)
    shares = shares_of(links, answers)
    return {
        "enrolment": enrolment,
        "effective_on": answers["effective_on"],
        "payers": [
            operations.Payer(link.guardian, shares[link.guardian_id])
            for link in links
            if link.guardian_id in shares
        ],
    }


def _next_month(day: datetime.date) -> datetime.date:
    """A month is billed whole: the next one is the first that nobody has paid."""
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
