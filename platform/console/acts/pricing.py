"""The act of deciding prices again, from the resources and the tariff of a day."""

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

from billing.tariffs import operations
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    correcting_field,
    correcting_sentences,
    do_each,
    foresee,
    named,
    register,
    sample,
)
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_pupil
from ui import wording
from ui.price_story import decided_price

if TYPE_CHECKING:
    from tenants.accounts.models import User


class FirstDayForm(forms.Form):
    """From which day the price is decided."""

    valid_from = DayField(
        label=gettext_lazy("Premier jour du prix"),
        help_text=gettext_lazy("Un mois déjà facturé ne change plus."),
    )
    correcting = correcting_field()


@register
class RedecidePrices(Act):
    name = "redecide-prices"
    title = gettext_lazy("Revoir le prix du repas")
    verb = gettext_lazy("Décider ce prix")
    icon = "gavel"
    capability = Capability.DECIDE_PRICES
    form_class = FirstDayForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        try:
            found = [access_pupil(user, uuid.UUID(key)) for key in dict.fromkeys(keys)]
        except ValueError:
            raise NotFound(pupil="") from None
        if not found:
            raise NotFound(pupil="")
        return found

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def about(self, targets: list[Any]) -> str:
        return named([pupil.full_name for pupil in targets])

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return reverse("console:pupil-file", args=[targets[0].public_id])
        return reverse("console:people_pupil_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        day: datetime.date = answers["valid_from"]
        foreseen = foresee(
            targets,
            lambda pupil: rehearse(
                operations.decide_price,
                pupil=pupil,
                service=Service.HALF_BOARD,
                valid_from=day,
                actor=PREVIEW,
                at=at,
                correcting=answers["correcting"],
            ),
        )
        rows, changed = [], 0
        for pupil, decision in foreseen.accepted:
            standing = price_on(pupil, Service.HALF_BOARD, day)
            before = standing.unit_price_cents if standing else None
            changed += before != decision.unit_price_cents
            rows.append((pupil.full_name, decided_price(standing), decided_price(decision)))
        return Effect(
            figures=(
                Figure(_("Élèves"), str(len(rows))),
                Figure(_("Prix qui changent"), str(changed)),
                Figure(_("Premier jour"), wording.full_date(day)),
            ),
            sentences=(
                _("Le prix suit les ressources et le tarif de ce jour."),
                *correcting_sentences(answers),
            ),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
            table=sample((_("Élève"), _("Prix avant"), _("Prix après")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda pupil: operations.decide_price(
                pupil=pupil,
                service=Service.HALF_BOARD,
                valid_from=answers["valid_from"],
                actor=actor,
                at=at,
                correcting=answers["correcting"],
            ),
        )
        message = ngettext("%(count)d prix est décidé.", "%(count)d prix sont décidés.", done) % {
            "count": done
        }
        return Outcome(message=message, url=self.back(targets), refusals=refusals, done=done)
