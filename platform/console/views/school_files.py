"""The files of a collège's software: given, compared, looked at; an act takes them."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from commons.examining.verdicts import LONGEST_BYTES
from commons.school_calendar import school_year_of
from commons.upload_requests import document_response
from console import acts
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people.models import College
from tenants.schoollife.records import operations, queries
from tenants.schoollife.records.access import (
    access_justification_document,
    access_kept_college,
    access_records_import,
    kept_colleges,
)
from tenants.schoollife.records.models import ImportLine, Kind, RecordsImport
from tenants.schoollife.records.operations import RecordsFile, RecordsFileUnreadable
from tenants.schoollife.records.reasons import FileProblem
from ui import records_texts
from ui.errors import explain
from ui.requests import SignedInRequest

SHOWN_FILES = 30
SHOWN_LINES = 100


class FileForm(forms.Form):
    """A file, what it is about, and whose it is."""

    kind = forms.ChoiceField(label=gettext_lazy("Ce que dit le fichier"), choices=Kind.choices)
    college = forms.ChoiceField(label=gettext_lazy("Collège"))
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy("Un CSV en UTF-8, de toute l'année scolaire. 10 Mo au plus."),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, colleges: QuerySet[College], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["college"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.uai, one.name) for one in colleges]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_SCHOOL_LIFE)
def files(request: SignedInRequest) -> HttpResponse:
    """`/console/vie-scolaire/fichiers/`: POST compares a file, and takes nothing of it."""
    colleges = kept_colleges(request.user)
    is_sent = request.method == "POST"
    form = FileForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, colleges=colleges
    )
    if is_sent and form.is_valid():
        try:
            compared = _compare(request, form)
        except DomainError as error:
            form.add_error("file", str(explain(error)))
        else:
            return HttpResponseRedirect(reverse("console:school-file", args=[compared.public_id]))
    context = page_context(
        request,
        title=_("Fichiers du collège"),
        form=form,
        files=queries.imports_of(colleges)[:SHOWN_FILES],
    )
    status = 422 if form.errors else 200
    return render(request, "console/pages/school_files.html", context, status=status)


def _compare(request: SignedInRequest, form: FileForm) -> RecordsImport:
    given, at = form.cleaned_data["file"], timezone.now()
    if given.size > LONGEST_BYTES:
        raise RecordsFileUnreadable(FileProblem.TOO_LARGE, limit_mb=LONGEST_BYTES // 1_000_000)
    return operations.import_records(
        kind=Kind(form.cleaned_data["kind"]),
        college=access_kept_college(request.user, form.cleaned_data["college"]),
        school_year=school_year_of(timezone.localdate(at)),
        file=RecordsFile(given.name or "", given.read()),
        apply=False,
        actor=Actor.user(request.user),
        at=at,
    )


@require_safe
@requires(Capability.MANAGE_SCHOOL_LIFE)
def file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/vie-scolaire/fichiers/<uuid>/?devenir=`"""
    found = access_records_import(request.user, public_id)
    asked = request.GET.get("devenir", "")
    names = [name for name in ImportLine.Outcome.values if found.counts.get(name)]
    outcome = asked if asked in names else next(reversed(names), "")
    lines = queries.import_lines(found, outcome=outcome)[:SHOWN_LINES] if outcome else ()
    context = page_context(
        request,
        title=found.get_kind_display(),
        found=found,
        summary=records_texts.summary(found),
        tabs=[
            (name, label, name == outcome)
            for name, label in ImportLine.Outcome.choices
            if name in names
        ],
        lines=[(line, records_texts.told(line)) for line in lines],
        take_url=acts.url_for("take-records", found)
        if queries.is_takeable(found, at=timezone.now())
        else "",
    )
    return render(request, "console/pages/school_file.html", context)


@require_safe
@requires(Capability.MANAGE_SCHOOL_LIFE)
def justification_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/vie-scolaire/pieces/<uuid>/`"""
    found = access_justification_document(request.user, public_id)
    return document_response(found.storage_name, title=_("piece"))
