"""Settling a record that the last academic feed left open: the one we know, or another?"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Outcome,
    register,
    sample,
)
from console.records import NOTHING
from tenants.accounts.capabilities import Capability
from tenants.people.models import FeedImportRow
from tenants.people.operations import NothingToDecide, decide_record
from tenants.people.queries import open_record
from ui import feed_texts

if TYPE_CHECKING:
    from tenants.accounts.models import User

SAME, OTHER = "SAME", "OTHER"


class DecisionForm(forms.Form):
    """One question."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Est-ce la fiche que nous connaissons ?"),
        widget=forms.RadioSelect,
        choices=[
            (SAME, gettext_lazy("Oui, c'est la même : elle a changé de nom ou de numéro")),
            (OTHER, gettext_lazy("Non, c'en est une autre : l'identifiant a été donné à nouveau")),
        ],
    )


@register
class DecideFeedRecord(Act):
    name = "decide-feed-record"
    title = gettext_lazy("Trancher une fiche de l'annuaire")
    verb = gettext_lazy("Trancher")
    icon = "rule"
    capability = Capability.IMPORT_FEEDS
    form_class = DecisionForm

    def key_of(self, row: Any) -> str:
        return f"{row.feed_import.public_id}:{row.record_kind}:{row.record_id}"

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        feed, kind, record_id = [*(keys[0] if len(keys) == 1 else "").split(":", 2), "", ""][:3]
        row = open_record(uuid_of(feed), record_kind=kind, record_id=record_id)
        if row is None:
            raise NotFound(feed_import_row="")
        return [row]

    def about(self, targets: list[Any]) -> str:
        return f"{feed_texts.kind_name(targets[0].record_kind)} {targets[0].record_id}"

    def back(self, targets: list[Any]) -> str:
        address = reverse("console:feed", args=[targets[0].feed_import.public_id])
        return f"{address}?devenir={FeedImportRow.Outcome.AMBIGUOUS}"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (row,) = targets
        try:
            rehearse(decide_record, **_decision(row, answers), actor=PREVIEW, at=at)
        except NothingToDecide:
            return Effect(refusals=(_("Cette fiche n'est plus à trancher. Relancez l'import."),))
        changes = [
            (one.name, one.old or NOTHING, one.new or NOTHING) for one in feed_texts.changes(row)
        ]
        said = (
            _("La fiche que nous connaissons prend ce que dit l'annuaire, avec son historique.")
            if answers["answer"] == SAME
            else _("La fiche que nous connaissons garde son historique et libère l'identifiant.")
        )
        return Effect(
            sentences=(said, _("Relancez ensuite l'import pour reprendre la fiche.")),
            table=sample((_("Information"), _("Chez nous"), _("Dans l'annuaire")), changes),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        decide_record(**_decision(targets[0], answers), actor=actor, at=at)
        return Outcome(
            message=_("C'est tranché. Relancez l'import pour reprendre la fiche."),
            url=self.back(targets),
        )


def _decision(row: FeedImportRow, answers: Answers) -> dict[str, Any]:
    return {
        "record_kind": row.record_kind,
        "record_id": row.record_id,
        "is_same": answers["answer"] == SAME,
    }
