"""A collège's timetable: read a file, then take what it changes. The secretary's own collège alone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.periods import Period
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
from tenants.accounts.capabilities import Capability
from tenants.people.models import College
from tenants.schoollife.timetable import operations, queries
from tenants.schoollife.timetable.access import (
    access_class,
    access_import,
    access_managed_college,
)
from tenants.schoollife.timetable.days import ONE_DAY, local_day, timetable_year
from tenants.schoollife.timetable.models import Outcome as Becoming
from tenants.schoollife.timetable.models import TimetableImport
from tenants.schoollife.timetable.tasks import APPLY
from ui import timetable_texts, wording
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User

LONGEST_TEXT = 90_000  # a larger file is given on the page, or by the command
MOST_AT_ONCE = 2_000


class TimetableForm(forms.Form):
    """What a file is about. Without days, the file's own."""

    school_class = forms.CharField(
        label=gettext_lazy("Classe"),
        help_text=gettext_lazy("Si tout le fichier est d'une seule classe. Exemple : 4e B."),
        max_length=60,
        required=False,
    )
    first_day = DayField(label=gettext_lazy("Premier jour"), required=False)
    last_day = DayField(
        label=gettext_lazy("Dernier jour"),
        help_text=gettext_lazy("Sans ces dates, le fichier dit lui-même de quels jours il parle."),
        required=False,
    )
    is_partial = forms.BooleanField(
        label=gettext_lazy("Le fichier ne nomme qu'une partie des cours"),
        help_text=gettext_lazy("Aucun cours n'est alors annulé parce qu'il n'y est pas."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Two days in order, or none."""
        found = super().clean() or {}
        first, last = found.get("first_day"), found.get("last_day")
        if bool(first) != bool(last):
            self.add_error("last_day", _("Donnez les deux dates, ou aucune."))
        elif first and last and last < first:
            self.add_error("last_day", _("Le dernier jour vient avant le premier."))
        return found


class TimetableTextForm(TimetableForm):
    """The same, with the file as a text."""

    text = forms.CharField(
        label=gettext_lazy("Contenu du fichier iCalendar"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "c-input c-code"}),
    )


def arguments_of(college: College, answers: Answers, *, at: datetime.datetime) -> dict[str, Any]:
    """What the operation is told of a file, but its content.

    :raises NotFound: if the collège has no such class
    """
    first, last = answers["first_day"], answers["last_day"]
    days = Period(first, last + ONE_DAY) if first and last else None
    year = timetable_year(first or local_day(at)).start_year
    name = answers["school_class"].strip()
    return {
        "college": college,
        "school_class": access_class(college, name=name, school_year=year) if name else None,
        "days": days,
        "is_complete": not answers["is_partial"],
        "at": at,
    }


@register
class PrepareTimetable(Act):
    """Read a file given as a text; nothing changes yet."""

    name = "prepare-timetable"
    title = gettext_lazy("Lire un emploi du temps")
    verb = gettext_lazy("Lire le fichier")
    icon = "calendar_month"
    capability = Capability.MANAGE_SCHOOL_LIFE
    form_class = TimetableTextForm

    def key_of(self, row: Any) -> str:
        return str(row.uai)

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(college="")
        return [access_managed_college(user, keys[0])]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:timetables")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        try:
            found = rehearse(
                operations.prepare_import,
                content=str(answers["text"]).encode(),
                file_name="edt.ics",
                actor=PREVIEW,
                **arguments_of(targets[0], answers, at=at),
            )
        except operations.TimetableUnreadable as error:
            said = timetable_texts.problem_sentences(error.details)
            return Effect(refusals=(str(explain(error)), *said))
        return Effect(
            figures=figures_of(found),
            sentences=(_("Rien ne change avant que vous ne l'appliquiez."),),
            warnings=tuple(timetable_texts.note_sentences(found.notes)[:5]),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        prepared = operations.prepare_import(
            content=str(answers["text"]).encode(),
            file_name="edt.ics",
            actor=actor,
            **arguments_of(targets[0], answers, at=at),
        )
        return Outcome(
            message=_("Le fichier est lu. Voici ce qu'il change."),
            url=reverse("console:timetable-import", args=[prepared.public_id]),
        )


@register
class ApplyTimetable(Act):
    """Do what a file that was read changes."""

    name = "apply-timetable"
    title = gettext_lazy("Appliquer un emploi du temps")
    verb = gettext_lazy("Appliquer")
    icon = "published_with_changes"
    capability = Capability.MANAGE_SCHOOL_LIFE
    warning = gettext_lazy("Les familles voient aussitôt les cours annulés ou déplacés.")

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(timetable_import="")
        return [access_import(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        return f"{targets[0].file_name} · {targets[0].source.college.name}"

    def back(self, targets: list[Any]) -> str:
        return reverse("console:timetable-import", args=[targets[0].public_id])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (found,) = targets
        if found.state == TimetableImport.State.APPLIED:
            raise operations.ImportTakenAlready(timetable_import=str(found.public_id))
        leaving = queries.import_lines(found, outcome=Becoming.WITHDRAWN)[:12]
        return Effect(
            figures=figures_of(found),
            sentences=(_("Un cours retiré n'est pas effacé : il est dit annulé."),),
            table=sample(
                (_("Cours annulé"), _("Classe"), _("Quand")),
                [
                    (
                        line.lesson.subject if line.lesson else "",
                        line.school_class.name,
                        wording.day_and_hour(line.starts_at),
                    )
                    for line in leaving
                ],
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        (found,) = targets
        counts = found.counts
        if counts["added"] + counts["changed"] + counts["withdrawn"] > MOST_AT_ONCE:
            return begin(
                APPLY,
                subject=f"source:{found.source_id}",
                arguments={"timetable_import": found.pk},
                actor=actor,
                at=at,
            )
        operations.apply_import(timetable_import=found, actor=actor, at=at)
        return Outcome(message=_("L'emploi du temps est à jour."), url=self.back(targets))


def figures_of(found: TimetableImport) -> tuple[Figure, ...]:
    """How many lessons a file adds, changes, withdraws, and leaves."""
    counts = found.counts
    return (
        Figure(_("Cours ajoutés"), str(counts["added"])),
        Figure(_("Cours modifiés"), str(counts["changed"])),
        Figure(_("Cours annulés"), str(counts["withdrawn"])),
        Figure(_("Cours inchangés"), str(counts["unchanged"])),
    )


def refused_sentences(error: DomainError) -> list[str]:
    """Why a file is refused, then each of its lines that is wrong."""
    return [str(explain(error)), *timetable_texts.problem_sentences(error.details)]
