"""The acts of a collège on its own records: take a file, answer families; and the département's rules."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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
    OnNothing,
    Outcome,
    do_each,
    foresee,
    named,
    register,
)
from tenants.accounts.capabilities import Capability
from tenants.schoollife.records import operations, queries
from tenants.schoollife.records.access import access_kept_justification, access_records_import
from tenants.schoollife.records.configuring import BOUNDS
from tenants.schoollife.records.models import ImportLine, Justification
from ui import records_texts, wording
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User


class TakeForm(forms.Form):
    """Whether a file that withdraws much is taken all the same."""

    is_forced = forms.BooleanField(
        label=gettext_lazy("Prendre même si beaucoup de lignes manquent"),
        help_text=gettext_lazy("Seulement si le fichier est entier."),
        required=False,
    )


@register
class TakeRecords(Act):
    """Take a file that was compared: what it says becomes what families read."""

    name = "take-records"
    title = gettext_lazy("Prendre un fichier")
    verb = gettext_lazy("Prendre ce fichier")
    icon = "publish"
    capability = Capability.MANAGE_SCHOOL_LIFE
    form_class = TakeForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(records_import="")
        return [access_records_import(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return f"{targets[0].get_kind_display()} · {targets[0].college.name}"

    def back(self, targets: list[Any]) -> str:
        return reverse("console:school-file", args=[targets[0].public_id])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (found,) = targets
        if not queries.is_takeable(found, at=at):
            return Effect(refusals=(str(explain(operations.RecordsImportOver())),))
        if found.counts["would_stop"] and not answers["is_forced"]:
            return Effect(refusals=tuple(records_texts.summary(found)))
        return Effect(
            figures=tuple(
                Figure(str(label), str(found.counts.get(name, 0)))
                for name, label in ImportLine.Outcome.choices
            ),
            sentences=(_("Les familles le voient aussitôt."),),
            warnings=(_("Les absences de ces trois jours sont annoncées par courriel."),)
            if found.kind == "ABSENCES"
            else (),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (found,) = targets
        operations.take_records(
            records_import=found, is_forced=answers["is_forced"], actor=actor, at=at
        )
        return Outcome(message=_("Le fichier est pris."), url=self.back(targets))


class OnJustifications(Act):
    """An act whose keys are justifications that wait for the collège."""

    capability = Capability.MANAGE_SCHOOL_LIFE

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if not keys:
            raise NotFound(justification="")
        return [access_kept_justification(user, uuid_of(key)) for key in dict.fromkeys(keys)]

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == Justification.State.GIVEN)

    def about(self, targets: list[Any]) -> str:
        return named([str(said.absence.pupil) for said in targets])

    def back(self, targets: list[Any]) -> str:
        return reverse("console:school_records_justification_changelist")

    def _done(self, targets: list[Any], operation: Any) -> Outcome:
        done, refusals = do_each(targets, operation)
        message = ngettext(
            "%(count)d famille a sa réponse.", "%(count)d familles ont leur réponse.", done
        )
        return Outcome(
            message=message % {"count": done},
            url=self.back(targets),
            refusals=refusals,
            done=done,
        )


def _told(targets: list[Any], operation: Any, sentence: str) -> Effect:
    foreseen = foresee(targets, operation)
    return Effect(
        figures=(Figure(_("Absences"), str(len(foreseen.accepted))),),
        sentences=(sentence, _("La famille reçoit un courriel.")),
        warnings=foreseen.partial,
        refusals=foreseen.blocking,
    )


@register
class AcceptJustifications(OnJustifications):
    """Say that the reasons will do."""

    name = "accept-justifications"
    title = gettext_lazy("Accepter des justifications")
    verb = gettext_lazy("Accepter")
    icon = "check"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return _told(
            targets,
            lambda said: rehearse(
                operations.accept_justification, justification=said, actor=PREVIEW, at=at
            ),
            _("Ces absences sont justifiées."),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        return self._done(
            targets,
            lambda said: operations.accept_justification(justification=said, actor=actor, at=at),
        )


class AnswerForm(forms.Form):
    """What is missing, in words that the family reads."""

    answer = forms.CharField(
        label=gettext_lazy("Ce qui manque"),
        help_text=gettext_lazy("La famille le lira. Exemple : jusqu'à quel jour ?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )


@register
class AskJustificationAgain(OnJustifications):
    """Say what is missing; the family answers again."""

    name = "ask-justification-again"
    title = gettext_lazy("Demander une précision")
    verb = gettext_lazy("Demander")
    icon = "reply"
    form_class = AnswerForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        return _told(
            targets,
            lambda said: rehearse(
                operations.ask_justification_again,
                justification=said,
                answer=answers["answer"],
                actor=PREVIEW,
                at=at,
            ),
            _("La famille a de nouveau le temps de répondre."),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        return self._done(
            targets,
            lambda said: operations.ask_justification_again(
                justification=said, answer=answers["answer"], actor=actor, at=at
            ),
        )


class RulesForm(forms.Form):
    """The three rules, each within its bounds."""

    fewest_marks = forms.IntegerField(
        label=gettext_lazy("Notes qu'il faut pour dire une médiane"),
        min_value=BOUNDS["fewest_marks"][0],
        max_value=BOUNDS["fewest_marks"][1],
    )
    days_to_justify = forms.IntegerField(
        label=gettext_lazy("Jours pour expliquer une absence"),
        min_value=BOUNDS["days_to_justify"][0],
        max_value=BOUNDS["days_to_justify"][1],
    )
    years_kept = forms.IntegerField(
        label=gettext_lazy("Années scolaires gardées après celle-ci"),
        min_value=BOUNDS["years_kept"][0],
        max_value=BOUNDS["years_kept"][1],
    )


@register
class SetRecordsRules(OnNothing):
    """Set the département's rules on marks and absences."""

    name = "set-records-rules"
    title = gettext_lazy("Fixer les règles des notes et absences")
    verb = gettext_lazy("Fixer ces règles")
    icon = "rule"
    capability = Capability.MANAGE_TENANT
    form_class = RulesForm

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {name: getattr(queries.rules(), name) for name in BOUNDS}

    def back(self, targets: list[Any]) -> str:
        return reverse("console:school_records_recordsrules_changelist")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        rehearse(operations.set_records_rules, actor=PREVIEW, at=at, **answers)
        held = queries.rules()
        return Effect(
            figures=tuple(
                Figure(str(field.label), f"{getattr(held, name)} → {answers[name]}")
                for name, field in RulesForm.base_fields.items()
            ),
            sentences=(wording.typographic(_("Elles valent aussitôt, pour tous les collèges.")),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.set_records_rules(actor=actor, at=at, **answers)
        return Outcome(message=_("Les règles sont fixées."), url=self.back(targets))
