"""The page of a long work: where it is, and what it gave."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.invoicing.access import access_job
from billing.invoicing.operations import SEVERITIES
from commons.models import Job
from commons.progress import Step, step_of
from console import anomaly_queries
from console.agents import name_of_actor
from console.views.frame import page_context, requires
from console.words import JOBS, STEPS, said
from tenants.accounts.capabilities import Capability
from ui.errors import explain_code, tenant_phone
from ui.requests import SignedInRequest

RELOAD_SECONDS = 2


@require_safe
@requires(
    Capability.READ_MONEY,
    Capability.MANAGE_TARIFFS,
    Capability.GIVE_CODES,
    Capability.ANNOUNCE,
    Capability.MANAGE_PASSPLUS,
    Capability.MANAGE_SCHOOL_LIFE,
    Capability.PUBLISH_FIGURES,
)
def job(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/travaux/<uuid>/`; it reloads itself while the work goes on."""
    found = access_job(request.user, public_id)
    step = None if found.is_over else step_of(found.public_id)
    context = page_context(
        request,
        title=said(JOBS)(found.kind),
        job=found,
        step=step,
        step_name=_name_of(step) if step else "",
        asked_by=name_of_actor(found.actor_id),
        refusal=_refusal(found),
        result_url=_result_url(found),
        begun_at=_begun_at(found),
        reload_seconds=0 if found.is_over else RELOAD_SECONDS,
    )
    return render(request, "console/pages/job.html", context)


def _name_of(step: Step) -> str:
    """A review looks for one anomaly after the other; the other works have steps of their own."""
    if step.name in SEVERITIES:
        return anomaly_queries.title_of(step.name).lower()
    return said(STEPS)(step.name)


def _refusal(found: Job) -> str:
    if not found.error_code:
        return ""
    return str(explain_code(found.error_code, found.error_details, phone=tenant_phone()))


def _result_url(found: Job) -> str:
    """What the work was about: a month's run, or the tariffs, or where either is begun."""
    run, draft = found.result.get("run"), found.result.get("draft")
    if campaign := found.result.get("campaign"):
        return reverse("console:campaign", args=[campaign])
    if timetable := found.result.get("timetable_import"):
        return reverse("console:timetable-import", args=[timetable])
    if draft:
        return reverse("console:tariffs")
    if span := found.result.get("figures"):
        return f"{reverse('console:figures')}?periode={span}"
    return reverse("console:billing-run", args=[run]) if run else _begun_at(found)[0]


def _begun_at(found: Job) -> tuple[str, Any]:
    """Where such work is begun, and the name of that page."""
    if found.kind == "tariffs.draft.publish":
        return reverse("console:drafts"), _("Brouillons de barèmes")
    if found.kind.startswith("passplus."):
        return reverse("console:campaigns"), _("Campagnes Pass+")
    if found.kind.startswith("timetable."):
        return reverse("console:timetables"), _("Emplois du temps")
    if found.kind.startswith("activation."):
        return reverse("console:letters"), _("Lettres")
    if found.kind.startswith("publication."):
        return reverse("console:figures"), _("Chiffres partagés")
    if found.kind.startswith("announcements."):
        return reverse("console:announcement-letters"), _("Lettres d'annonces")
    return reverse("console:billing-runs"), _("Passages de facturation")
