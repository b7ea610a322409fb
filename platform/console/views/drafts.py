"""Drafts of schedules: started from a version or a file, written, tried on the pupils enrolled."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from billing.rule_files import InvalidRule
from billing.simulation import operations, queries
from billing.simulation.models import ScheduleDraft
from billing.simulation.trying import Asked
from billing.tariffs.schedule_files import ScheduleFile, ServiceName
from billing.tariffs.schedule_texts import schedule_text
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.school_calendar import school_year_of
from console import acts, draft_queries, tariff_queries
from console.acts.framework import DayField
from console.exports import csv_file
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from ui import simulation_texts
from ui.errors import explain
from ui.requests import SignedInRequest

_AGENTS = (Capability.MANAGE_TARIFFS,)
VERSION, SHIPPED, EMPTY = "version", "fichier", "vide"


class StartForm(forms.Form):
    """From what a draft starts, and its name."""

    name = forms.CharField(
        label=gettext_lazy("Nom du brouillon"),
        max_length=operations.LONGEST_NAME,
        help_text=gettext_lazy("Par exemple : rentrée 2027, deux tranches de plus."),
    )
    source = forms.ChoiceField(label=gettext_lazy("À partir de"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        rows = tariff_queries.version_rows(on=timezone.localdate())
        field.choices = [
            (
                _("Un tarif publié ici"),
                [
                    (
                        f"{VERSION}:{row.version.public_id}",
                        f"{row.service}, {row.version.valid_from:%d/%m/%Y}",
                    )
                    for row in rows
                ],
            ),
            (
                _("Un barème livré avec Socle"),
                [
                    (f"{SHIPPED}:{one.name}", one.schedule.label)
                    for one in queries.shipped_schedules()
                ],
            ),
        ]


class TextForm(forms.Form):
    """The name and the text of a draft, with the revision that was read."""

    name = forms.CharField(
        label=gettext_lazy("Nom du brouillon"), max_length=operations.LONGEST_NAME
    )
    text = forms.CharField(
        label=gettext_lazy("Texte du barème"),
        strip=False,
        max_length=operations.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "c-input c-code"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class AskedForm(forms.Form):
    """What a simulation is over."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    first_day = DayField(label=gettext_lazy("Repas du"))
    last_day = DayField(label=gettext_lazy("au"))
    is_alike = forms.BooleanField(
        label=gettext_lazy("Lire un quotient à la place de l'autre"),
        help_text=gettext_lazy(
            "Quotient fiscal et quotient CAF ne sont pas le même chiffre. C'est une approximation."
        ),
        required=False,
    )

    def __init__(self, *args: Any, services: list[ServiceName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, simulation_texts.service_name(one)) for one in services]

    def asked(self, *, today: datetime.date) -> Asked:
        """What is asked, once the answers are valid.

        :raises PeriodUnfit: if the days are not in order, or more than two years
        """
        given = self.cleaned_data
        return queries.asked_over(
            given["service"],
            first_day=given["first_day"],
            last_day=given["last_day"],
            proofs_on=today,
            is_alike=given["is_alike"],
        )


@require_safe
@requires(*_AGENTS)
def drafts(request: SignedInRequest) -> HttpResponse:
    """`/console/tarifs/brouillons/`"""
    context = page_context(
        request, title=_("Brouillons de barèmes"), rows=draft_queries.draft_rows()
    )
    return render(request, "console/pages/drafts.html", context)


@require_http_methods(["GET", "POST"])
@requires(*_AGENTS)
def start(request: SignedInRequest) -> HttpResponse:
    """`/console/tarifs/brouillons/nouveau/`"""
    form = StartForm(request.POST or None, initial={"source": request.GET.get("source", "")})
    if request.method == "POST" and form.is_valid():
        draft = operations.start_draft(
            name=form.cleaned_data["name"],
            text=schedule_text(_source(form.cleaned_data["source"])),
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
        return HttpResponseRedirect(_url(draft))
    context = page_context(request, title=_("Commencer un brouillon"), form=form)
    status = 422 if form.is_bound else 200
    return render(request, "console/pages/draft_start.html", context, status=status)


def _source(value: str) -> ScheduleFile:
    kind, _colon, key = value.partition(":")
    return (
        queries.schedule_of_version(uuid.UUID(key))
        if kind == VERSION
        else queries.shipped_schedule(key)
    )


@require_http_methods(["GET", "POST"])
@requires(*_AGENTS)
def draft(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/tarifs/brouillons/<uuid>/`: POST checks the text, or saves it."""
    found = queries.draft_of(public_id)
    if request.method == "GET":
        given = {"name": found.name, "text": found.text, "revision": found.revision}
        return _write(request, found, TextForm(initial=given), text=found.text)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _write(request, found, form, text=request.POST.get("text", ""), status=422)
    text = form.cleaned_data["text"]
    if request.POST.get("step") == "check":
        return _write(request, found, form, text=text)
    try:
        saved = operations.save_draft(
            public_id=public_id,
            revision=form.cleaned_data["revision"],
            name=form.cleaned_data["name"],
            text=text,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except operations.DraftChanged as refusal:
        form.add_error(None, str(explain(refusal)))
        # What is typed stays; the next saving is over what is shown beside it.
        form.data = {**request.POST.dict(), "revision": found.revision}
        return _write(request, found, form, text=text, other=found.text, status=409)
    except NotFound:
        raise
    except DomainError as refusal:
        form.add_error(None, str(explain(refusal)))
        return _write(request, found, form, text=text, status=422)
    messages.success(request, _("C'est enregistré."))
    return HttpResponseRedirect(_url(saved))


def _write(
    request: SignedInRequest,
    found: ScheduleDraft,
    form: TextForm,
    *,
    text: str,
    other: str = "",
    status: int = 200,
) -> HttpResponse:
    is_open = found.state == ScheduleDraft.State.OPEN
    context = page_context(
        request,
        title=found.name,
        draft=found,
        form=form,
        preview=draft_queries.previewed(text, on=timezone.localdate()),
        other_text=other,
        is_open=is_open,
        publish_url=acts.url_for("publish-draft", found),
        drop_url=acts.url_for("drop-draft", found),
    )
    return render(request, "console/pages/draft.html", context, status=status)


@require_safe
@requires(*_AGENTS)
def simulation(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/tarifs/brouillons/<uuid>/simulation/`; `format=csv` or `json` for a file."""
    page = queries.draft_page(public_id)
    services = list(page.schedule.services) if page.schedule else [ServiceName.HALF_BOARD]
    today = timezone.localdate()
    form = AskedForm(asked_data(request, services, today), services=services)
    found, problem, status = None, "", 200
    if form.is_valid():
        try:
            found = draft_queries.simulation_page(public_id, asked=form.asked(today=today))
        except NotFound:
            raise
        except InvalidRule:
            problem, status = _("Ce brouillon a des lignes à corriger. Corrigez-les d'abord."), 422
        except DomainError as refusal:
            problem, status = str(explain(refusal)), 422
    else:
        status = 422
    if found is not None and request.GET.get("format") == "csv":
        rows = simulation_texts.report_rows(found.simulation)
        return csv_file(rows, name=f"simulation-{today.isoformat()}")
    if found is not None and request.GET.get("format") == "json":
        return JsonResponse(
            simulation_texts.report_data(found.simulation),
            json_dumps_params={"ensure_ascii": False},
        )
    query = request.GET.copy()
    query.pop("format", None)
    context = page_context(
        request,
        title=_("Simulation"),
        draft=page.draft,
        form=form,
        page=found,
        problem=problem,
        query=query.urlencode(),
        texts=simulation_texts,
    )
    return render(request, "console/pages/simulation.html", context, status=status)


def asked_data(
    request: SignedInRequest, services: list[ServiceName], today: datetime.date
) -> dict[str, Any]:
    """The answers of the address; this school year where it says nothing."""
    if "service" in request.GET:
        return request.GET.dict()
    period = school_year_of(today).period
    assert period.end is not None
    last = period.end - datetime.timedelta(days=1)
    service = ServiceName.HALF_BOARD if ServiceName.HALF_BOARD in services else services[0]
    return {"service": service.value, "first_day": period.start, "last_day": last}


def _url(found: ScheduleDraft) -> str:
    return reverse("console:draft", args=[found.public_id])
