"""The acts on what families say is wrong in a price: accept, which decides again, or refuse."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.tariffs import operations
from billing.tariffs.access import access_price_contest
from billing.tariffs.issued_months import first_open_day
from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
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
    register,
)
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.price_story import decided_price

if TYPE_CHECKING:
    from tenants.accounts.models import User


def _answer_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Réponse"),
        help_text=gettext_lazy("La famille la lit sur la page du prix et dans son message."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcceptForm(forms.Form):
    """From which day the price is decided again, and why."""

    valid_from = DayField(
        label=gettext_lazy("Premier jour du nouveau prix"),
        help_text=gettext_lazy("Enregistrez d'abord la situation du foyer, si elle a changé."),
    )
    correcting = correcting_field()
    answer = _answer_field()


class RefuseForm(forms.Form):
    """Why the price is right."""

    answer = _answer_field()


class _OnOneContest(Act):
    """The answer to a contest."""

    capability = Capability.DECIDE_PRICES

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(contest="")
        return [access_price_contest(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (contest,) = targets
        return _("%(pupil)s, %(price)s : « %(text)s »") % {
            "pupil": contest.decision.pupil.full_name,
            "price": decided_price(contest.decision),
            "text": contest.text,
        }

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:tariffs_pricecontest_change", args=[targets[0].pk])


@register
class AcceptContest(_OnOneContest):
    name = "accept-contest"
    title = gettext_lazy("Accepter une contestation")
    verb = gettext_lazy("Accepter")
    icon = "thumb_up"
    form_class = AcceptForm
    warning = gettext_lazy("La famille reçoit votre réponse et le nouveau prix.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        start = targets[0].decision.valid_from
        return {"valid_from": max(start, first_open_day() or start)}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (contest,) = targets
        before, after = rehearse(
            operations.accept_contest,
            read=lambda done: (decided_price(done.decision), decided_price(done.new_decision)),
            contest=contest,
            actor=PREVIEW,
            at=at,
            **answers,
        )
        return Effect(
            figures=(
                Figure(_("Prix contesté"), before),
                Figure(_("Nouveau prix"), after),
                Figure(_("Premier jour"), wording.full_date(answers["valid_from"])),
            ),
            sentences=(
                _("Le prix suit les ressources et le tarif de ce jour."),
                *correcting_sentences(answers),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done = operations.accept_contest(contest=targets[0], actor=actor, at=at, **answers)
        message = _("La contestation est acceptée. Le nouveau prix est de %(price)s.") % {
            "price": decided_price(done.new_decision)
        }
        return Outcome(message=message, url=self.back(targets))


@register
class RefuseContest(_OnOneContest):
    name = "refuse-contest"
    title = gettext_lazy("Refuser une contestation")
    verb = gettext_lazy("Refuser")
    icon = "thumb_down"
    form_class = RefuseForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.refuse_contest, contest=targets[0], actor=PREVIEW, at=at, **answers)
        return Effect(
            sentences=(_("Le prix ne change pas."), _("La famille reçoit votre réponse."))
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.refuse_contest(contest=targets[0], actor=actor, at=at, **answers)
        message = _("La contestation est refusée. La famille reçoit votre réponse.")
        return Outcome(message=message, url=self.back(targets))
