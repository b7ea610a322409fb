"""The acts of agents on requests of rights: take, put back, decide, ask for a document, refuse.

Figures are asked in euros, as they are written on the documents; operations take cents.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.rights import operations, queries
from billing.rights.access import access_request_to_decide
from billing.rights.models import RightsRequest
from billing.rights.operations import Figures
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    do_each,
    foresee,
    named,
    register,
    sample,
)
from console.acts.households import ResourcesForm
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.price_story import decided_price

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.accounts.models import User

State = RightsRequest.State


class OnRequests(Act):
    """An act whose keys are requests."""

    capability = Capability.DECIDE_PRICES
    states: tuple[str, ...] = (State.TO_INSPECT,)

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(rights_request="")
        return [access_request_to_decide(user, uuid_of(key)) for key in dict.fromkeys(keys)]

    def is_offered(self, row: Any) -> bool:
        return row.state in self.states

    def about(self, targets: list[Any]) -> str:
        return named([str(request.household) for request in targets])

    def back(self, targets: list[Any]) -> str:
        if len(targets) == 1:
            return reverse("console:rights_rightsrequest_change", args=[targets[0].pk])
        return reverse("console:rights_rightsrequest_changelist")

    def _foreseen(self, targets: list[Any], operation: Any, sentence: str) -> Effect:
        foreseen = foresee(targets, operation)
        return Effect(
            figures=(Figure(_("Demandes"), str(len(foreseen.accepted))),),
            sentences=(sentence,),
            warnings=foreseen.partial,
            refusals=foreseen.blocking,
        )

    def _done(self, targets: list[Any], operation: Any) -> Outcome:
        done, refusals = do_each(targets, operation)
        message = ngettext(
            "%(count)d demande : c'est fait.", "%(count)d demandes : c'est fait.", done
        )
        return Outcome(
            message=wording.typographic(message % {"count": done}),
            url=self.back(targets),
            refusals=refusals,
            done=done,
        )


class _OnEach(OnRequests):
    """An act that does one operation on each request."""

    operation: ClassVar[Callable[..., RightsRequest]]
    told: ClassVar[str | Promise]

    def arguments(self, answers: Answers) -> dict[str, Any]:
        """What the operation takes of the answers."""
        del answers
        return {}

    def rehearsed_as(self, request: RightsRequest) -> Actor:
        """Who a rehearsal is made as."""
        del request
        return PREVIEW

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        act, given = type(self).operation, self.arguments(answers)
        return self._foreseen(
            targets,
            lambda request: rehearse(
                act, request=request, actor=self.rehearsed_as(request), at=at, **given
            ),
            str(self.told),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        act, given = type(self).operation, self.arguments(answers)
        return self._done(
            targets, lambda request: act(request=request, actor=actor, at=at, **given)
        )


@register
class TakeRequests(_OnEach):
    """Have requests for oneself, so that nobody else studies them at the same time."""

    name = "take-rights-requests"
    title = gettext_lazy("Prendre des demandes de droits")
    verb = gettext_lazy("Prendre")
    icon = "pan_tool"
    operation = staticmethod(operations.take_request)
    told = gettext_lazy("Les autres agents verront que vous les étudiez.")


@register
class ReleaseRequests(_OnEach):
    """Put requests back, one's own or those of an absent colleague."""

    name = "release-rights-requests"
    title = gettext_lazy("Remettre des demandes dans la file")
    verb = gettext_lazy("Remettre dans la file")
    icon = "undo"
    operation = staticmethod(operations.release_request)
    told = gettext_lazy("Un autre agent pourra les prendre. Leur délai ne change pas.")

    def is_offered(self, row: Any) -> bool:
        return super().is_offered(row) and bool(row.taken_by)


class FiguresForm(ResourcesForm):
    """What the document says; from when it counts is the tariff's."""

    valid_from = None  # type: ignore[assignment]
    last_day = None  # type: ignore[assignment]
    month_income = None  # type: ignore[assignment]
    month_benefits = None  # type: ignore[assignment]


@register
class DecideRequest(OnRequests):
    """Decide with what was read in the document."""

    name = "decide-rights-request"
    title = gettext_lazy("Décider une demande de droits")
    verb = gettext_lazy("Décider")
    icon = "gavel"
    form_class = FiguresForm
    states = (State.TO_INSPECT, State.TO_COMPLETE)

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        found = super().targets(user, keys)
        if len(found) != 1:
            raise NotFound(rights_request="")
        return found

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        """What a source said, where it said something."""
        (request,) = targets
        document = queries.documents_of(request).first()
        income = request.reference_tax_income_cents
        if request.quotient_euros is not None:
            return {
                "proof_kind": "API_PARTICULIER",
                "basis": "CAF_QF",
                "quotient": request.quotient_euros,
            }
        if income is not None:
            return {
                "proof_kind": "API_IMPOT",
                "basis": "FISCAL_QF",
                "tax_income": Decimal(income) / 100,
                "parts": request.tax_parts,
            }
        return {"proof_kind": document.kind if document else "TAX_NOTICE"}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (request,) = targets
        pupils = list(queries.pupils_of(request.household))

        def after(decided: RightsRequest) -> tuple[RightsRequest, list[tuple[str, str]]]:
            day = decided.effective_from
            assert day is not None
            return decided, [
                (pupil.full_name, decided_price(price_on(pupil, Service.HALF_BOARD, day)))
                for pupil in pupils
            ]

        decided, rows = rehearse(
            operations.decide_request,
            read=after,
            request=request,
            figures=figures_of(answers),
            actor=PREVIEW if not request.taken_by else Actor("user", request.taken_by),
            at=at,
        )
        resources = decided.resources
        quotient = resources.quotient_familial if resources else None
        return Effect(
            figures=(
                Figure(
                    _("Quotient"), "–" if quotient is None else f"{quotient:.2f}".replace(".", ",")
                ),
                Figure(_("Prix à partir du"), wording.full_date(decided.effective_from)),
            ),
            sentences=(_("La famille reçoit un courriel. Les pièces sont effacées."),),
            table=sample((_("Élève du foyer"), _("Prix après")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (request,) = targets
        operations.decide_request(request=request, figures=figures_of(answers), actor=actor, at=at)
        return Outcome(message=_("C'est décidé. La famille est prévenue."), url=self.back(targets))


def figures_of(answers: Answers) -> Figures:
    """The figures typed, as the operation takes them."""
    income = answers["tax_income"]
    return Figures(
        proof_kind=answers["proof_kind"],
        basis=answers["basis"],
        quotient=answers["quotient"],
        reference_tax_income_cents=None if income is None else int(income * 100),
        tax_parts=answers["parts"],
        children=answers.get("children"),
        statuses=tuple(answers.get("statuses", ())),
        dated_on=answers.get("proof_dated_on"),
        note=answers["proof_note"],
    )


class FamilyWordsForm(forms.Form):
    """Words that the family reads."""

    words = forms.CharField(
        label=gettext_lazy("Ce que la famille lira"),
        help_text=gettext_lazy("Une ou deux phrases simples : pourquoi, et quoi faire."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class _InWords(_OnEach):
    """An act on requests whose words the families read."""

    form_class = FamilyWordsForm

    def arguments(self, answers: Answers) -> dict[str, Any]:
        return {"words": answers["words"]}

    def rehearsed_as(self, request: RightsRequest) -> Actor:
        return _holder(request)


@register
class AskDocument(_InWords):
    """Ask the families for another document."""

    name = "ask-rights-document"
    title = gettext_lazy("Demander une autre pièce")
    verb = gettext_lazy("Demander une autre pièce")
    icon = "upload_file"
    states = (State.TO_INSPECT, State.TO_COMPLETE)
    operation = staticmethod(operations.ask_document)
    told = gettext_lazy("Chaque famille reçoit un courriel. Le délai repart quand la pièce arrive.")


@register
class RefuseRequests(_InWords):
    """Refuse requests, with words."""

    name = "refuse-rights-requests"
    title = gettext_lazy("Refuser des demandes de droits")
    verb = gettext_lazy("Refuser")
    icon = "block"
    warning = gettext_lazy("Une demande refusée ne se rouvre pas. La famille peut recommencer.")
    operation = staticmethod(operations.refuse_request)
    told = gettext_lazy("Les prix ne changent pas. Chaque famille lit votre explication.")


def _holder(request: RightsRequest) -> Actor:
    """Who a rehearsal is made as: whether the person may is told when it is done."""
    return Actor("user", request.taken_by) if request.taken_by else PREVIEW
