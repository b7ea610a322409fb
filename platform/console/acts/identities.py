"""The acts on identities that nobody could tell: say who it is, with all who it may be in view, or refuse."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console import identity_queries
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Outcome,
    Table,
    register,
)
from tenants.accounts.capabilities import Capability
from tenants.identities import operations
from tenants.identities.access import access_candidate, access_link_request
from tenants.identities.models import LinkRequest

if TYPE_CHECKING:
    from tenants.accounts.models import User


class WhoForm(forms.Form):
    """Which of those it may be."""

    candidate = forms.TypedChoiceField(
        label=gettext_lazy("Qui est-ce ?"),
        help_text=gettext_lazy("Demandez une pièce d'identité si vous hésitez."),
        coerce=uuid_of,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, request: LinkRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.TypedChoiceField", self.fields["candidate"])
        field.choices = [
            (str(one.public_id), f"{one.name} ({one.known_as}) · {one.told_by}")
            for one in identity_queries.comparison(request).candidates
        ]


class AnswerForm(forms.Form):
    """Why it is nobody."""

    answer = forms.CharField(
        label=gettext_lazy("Réponse"),
        help_text=gettext_lazy("La personne la lit quand elle revient se connecter."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class _OnOneRequest(Act):
    """The answer to a request."""

    capability = Capability.RECOGNISE_PEOPLE

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(link_request="")
        return [access_link_request(user, uuid_of(keys[0]))]

    def is_offered(self, row: Any) -> bool:
        return bool(row.is_open)

    def about(self, targets: list[Any]) -> str:
        seen = identity_queries.comparison(targets[0])
        return _("%(kind)s dit : %(name)s. %(reason)s.") % {
            "kind": targets[0].get_kind_display(),
            "name": seen.said.name or "…",
            "reason": targets[0].get_reason_display(),
        }

    def back(self, targets: list[Any]) -> str:
        return reverse("console:identities_linkrequest_change", args=[targets[0].pk])


@register
class RecognisePerson(_OnOneRequest):
    name = "recognise-person"
    title = gettext_lazy("Dire qui est cette personne")
    verb = gettext_lazy("C'est cette personne")
    icon = "how_to_reg"
    form_class = WhoForm
    warning = gettext_lazy("Elle verra tout le dossier de la fiche choisie.")

    def is_offered(self, row: Any) -> bool:
        return super().is_offered(row) and row.candidates.exists()

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        return WhoForm(data, files, request=targets[0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (request,) = targets
        candidate = access_candidate(request, answers["candidate"])
        rehearse(operations.decide, request=request, candidate=candidate, actor=PREVIEW, at=at)
        seen = identity_queries.comparison(request)
        (chosen,) = [one for one in seen.candidates if one.public_id == candidate.public_id]
        warnings = (
            (_("Cette fiche a déjà une autre identité : elle ne servira plus."),)
            if chosen.has_identity
            else ()
        )
        return Effect(
            sentences=(_("%(name)s pourra se connecter de cette façon.") % {"name": chosen.name},),
            table=Table(
                heads=("", str(request.get_kind_display()), _("Annuaire du collège")),
                rows=seen.lines(chosen),
            ),
            warnings=warnings,
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (request,) = targets
        candidate = access_candidate(request, answers["candidate"])
        operations.decide(request=request, candidate=candidate, actor=actor, at=at)
        return Outcome(
            message=_("C'est noté. La personne peut revenir se connecter."),
            url=self.back(targets),
        )


@register
class RefusePerson(_OnOneRequest):
    name = "refuse-person"
    title = gettext_lazy("Ne reconnaître personne")
    verb = gettext_lazy("Refuser")
    icon = "person_off"
    form_class = AnswerForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.refuse, request=targets[0], actor=PREVIEW, at=at, **answers)
        return Effect(sentences=(_("Rien n'est relié."), _("La personne lira votre réponse.")))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.refuse(request=targets[0], actor=actor, at=at, **answers)
        return Outcome(
            message=_("La demande est refusée. La personne lira votre réponse."),
            url=self.back(targets),
        )
