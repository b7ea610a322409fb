"""The timetables of a secretary's collège: give a file, see what it changes, and what was done before."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from console import acts
from console.acts.timetables import TimetableForm, arguments_of, figures_of, refused_sentences
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.schoollife.timetable import operations, queries
from tenants.schoollife.timetable.access import (
    access_import,
    access_managed_college,
    managed_colleges,
    managed_imports,
)
from tenants.schoollife.timetable.days import ONE_DAY
from tenants.schoollife.timetable.models import Outcome, TimetableImport, TimetableImportLine
from ui import timetable_texts, wording
from ui.requests import SignedInRequest

SHOWN_IMPORTS, SHOWN_LINES, SHOWN_COLLEGES = 50, 100, 50
LONGEST_GIVEN = 5_000_000  # read while one waits; the command takes more


class GivenForm(TimetableForm):
    """A file, and of which collège it is."""

    file = forms.FileField(
        label=gettext_lazy("Fichier iCalendar (.ics)"),
        help_text=gettext_lazy("Celui que votre logiciel d'emploi du temps exporte. 5 Mo au plus."),
    )
    college = forms.ChoiceField(label=gettext_lazy("Collège"))
    field_order = ("college", "file")

    def clean_file(self) -> Any:
        """Neither empty nor too large."""
        given = self.cleaned_data["file"]
        if given.size > LONGEST_GIVEN:
            raise forms.ValidationError(_("Ce fichier dépasse 5 Mo. Exportez moins de semaines."))
        return given


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A lesson that an import is about, in words."""

    subject: str
    class_name: str
    when: str
    line: int
    changes: tuple[timetable_texts.Change, ...]


@require_http_methods(["GET", "POST"])
@requires(Capability.MANAGE_SCHOOL_LIFE)
def timetables(request: SignedInRequest) -> HttpResponse:
    """`/console/emplois-du-temps/`: POST reads a file and opens what it changes."""
    if request.method == "GET":
        return _shown(request, _form(request))
    form = _form(request, request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, form, status=422)
    given, at = form.cleaned_data["file"], timezone.now()
    try:
        college = access_managed_college(request.user, form.cleaned_data["college"])
        prepared = operations.prepare_import(
            content=given.read(),
            file_name=given.name,
            actor=Actor.user(request.user),
            **arguments_of(college, form.cleaned_data, at=at),
        )
    except NotFound:
        form.add_error("school_class", _("Ce collège n'a pas de classe de ce nom."))
        return _shown(request, form, status=422)
    except DomainError as error:
        return _shown(request, form, refusals=refused_sentences(error), status=422)
    messages.success(request, _("Le fichier est lu. Voici ce qu'il change."))
    return HttpResponseRedirect(reverse("console:timetable-import", args=[prepared.public_id]))


@require_safe
@requires(Capability.MANAGE_SCHOOL_LIFE)
def timetable_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/emplois-du-temps/<uuid>/?devenir=WITHDRAWN`"""
    found = access_import(request.user, public_id)
    asked = request.GET.get("devenir", "")
    outcome = asked if asked in Outcome.values else _first_outcome(found)
    is_waiting = found.state == TimetableImport.State.PREPARED
    context = page_context(
        request,
        title=_("Import d'emploi du temps"),
        found=found,
        last_day=found.window_until - ONE_DAY,
        figures=figures_of(found),
        apply_url=acts.url_for("apply-timetable", found) if is_waiting else "",
        notes=timetable_texts.note_sentences(found.notes),
        outside=found.counts.get("outside", 0),
        tabs=[(value, label, value == outcome) for value, label in Outcome.choices],
        lines=[_line(one) for one in queries.import_lines(found, outcome=outcome)[:SHOWN_LINES]],
    )
    return render(request, "console/pages/timetable_import.html", context)


def _form(request: SignedInRequest, *given: Any) -> GivenForm:
    form = GivenForm(*given)
    colleges = managed_colleges(request.user)[:SHOWN_COLLEGES]
    form.fields["college"].choices = [(one.uai, one.name) for one in colleges]  # type: ignore[attr-defined]
    return form


def _shown(
    request: SignedInRequest, form: GivenForm, *, refusals: Any = (), status: int = 200
) -> HttpResponse:
    context = page_context(
        request,
        title=_("Emplois du temps"),
        form=form,
        refusals=refusals,
        imports=managed_imports(request.user)[:SHOWN_IMPORTS],
    )
    return render(request, "console/pages/timetables.html", context, status=status)


def _first_outcome(found: TimetableImport) -> str:
    """The one that needs a look: what goes away, else what changes."""
    for outcome in (Outcome.WITHDRAWN, Outcome.CHANGED):
        if found.counts.get(outcome.value.lower()):
            return outcome.value
    return Outcome.ADDED.value


def _line(one: TimetableImportLine) -> Line:
    subject = one.after.get("subject") or (one.lesson.subject if one.lesson else "")
    return Line(
        subject=subject,
        class_name=one.school_class.name,
        when=wording.day_and_hour(one.starts_at),
        line=one.line,
        changes=tuple(timetable_texts.changes_of(one.diff)),
    )
