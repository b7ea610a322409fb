"""The acts that end a draft of a schedule: publish it as a version from a day, or put it away."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rule_files import InvalidRule
from billing.simulation import operations, queries
from billing.simulation.models import ScheduleDraft
from billing.tariffs.schedule_files import starting_on
from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import begin, uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    register,
    sample,
)
from console.draft_queries import previewed, sentences
from tenants.accounts.capabilities import Capability
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User

ABSENT = "–"


class _DraftAct(Act):
    """About one draft that is open."""

    capability = Capability.MANAGE_TARIFFS

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(draft="")
        return [queries.draft_of(uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:draft", args=[targets[0].public_id])


class FirstDayForm(forms.Form):
    """From which day the schedule is in force."""

    valid_from = DayField(
        label=gettext_lazy("Premier jour"),
        help_text=gettext_lazy("Le jour des repas. Les prix sont décidés à nouveau ce jour-là."),
    )


@register
class PublishDraft(_DraftAct):
    name = "publish-draft"
    title = gettext_lazy("Publier ce barème")
    verb = gettext_lazy("Publier")
    icon = "publish"
    form_class = FirstDayForm
    warning = gettext_lazy("Une version publiée ne change plus : une autre la suit.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        schedule, _refusal = queries.read_text(targets[0].text)
        return {} if schedule is None else {"valid_from": schedule.valid_from}

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (draft,) = targets
        day: datetime.date = answers["valid_from"]
        try:
            rehearse(
                operations.check_publication, **_publication(draft, answers), actor=PREVIEW, at=at
            )
        except InvalidRule as refusal:
            return Effect(refusals=tuple(sentences(refusal)))
        found = previewed(draft.text, on=day)
        assert found.schedule is not None
        schedule = starting_on(found.schedule, day)
        rows = [
            (service.name, change.place, change.before or ABSENT, change.after or ABSENT)
            for service in found.services
            for change in service.changes
            if change.place not in ("valid_from", "valid_until")
        ]
        return Effect(
            figures=(
                Figure(_("Services"), str(len(schedule.services))),
                Figure(_("Premier jour"), wording.full_date(day)),
            ),
            sentences=(
                _("Le prix de chaque élève inscrit est décidé à nouveau à partir de ce jour."),
            ),
            warnings=(
                (_("Une valeur au moins est un exemple. Chaque écran le dira."),)
                if schedule.is_illustrative
                else ()
            ),
            table=sample((_("Service"), _("Ligne"), _("Aujourd'hui"), _("Ensuite")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (draft,) = targets
        if queries.is_long_work():
            arguments = {
                "draft": str(draft.public_id),
                "revision": draft.revision,
                "valid_from": answers["valid_from"].isoformat(),
            }
            subject = f"draft:{draft.public_id}"
            return begin(
                "tariffs.draft.publish", subject=subject, arguments=arguments, actor=actor, at=at
            )
        operations.publish_draft(**_publication(draft, answers), actor=actor, at=at)
        return Outcome(message=_("Le barème est publié."), url=reverse("console:tariffs"))


def _publication(draft: ScheduleDraft, answers: Answers) -> dict[str, Any]:
    return {
        "public_id": draft.public_id,
        "revision": draft.revision,
        "valid_from": answers["valid_from"],
    }


@register
class DropDraft(_DraftAct):
    name = "drop-draft"
    title = gettext_lazy("Abandonner ce brouillon")
    verb = gettext_lazy("Abandonner")
    icon = "delete"
    warning = gettext_lazy("Un brouillon abandonné ne revient pas.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers
        (draft,) = targets
        rehearse(
            operations.drop_draft,
            public_id=draft.public_id,
            revision=draft.revision,
            actor=PREVIEW,
            at=at,
        )
        return Effect(sentences=(_("Le brouillon quitte la liste. Aucun tarif ne change."),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        draft = targets[0]
        operations.drop_draft(
            public_id=draft.public_id, revision=draft.revision, actor=actor, at=at
        )
        return Outcome(message=_("Le brouillon est abandonné."), url=reverse("console:drafts"))
