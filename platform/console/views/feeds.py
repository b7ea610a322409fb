"""The imports of the academic feed, and what became of its rows."""

from __future__ import annotations

import dataclasses
import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people import queries
from tenants.people.access import access_feed_import
from tenants.people.models import FeedImportRow
from ui.requests import SignedInRequest

SHOWN_FEEDS = 50
SHOWN_ROWS = 100
SHOWN_OUTCOMES = ("REJECTED", "AMBIGUOUS", "DISAPPEARING", "CHANGED", "CREATED")


@dataclasses.dataclass(frozen=True, slots=True)
class Tab:
    """An outcome of the rows, and how many have it."""

    outcome: str
    title: str
    is_here: bool


@require_safe
@requires(Capability.IMPORT_FEEDS)
def feeds(request: SignedInRequest) -> HttpResponse:
    """`/console/annuaire/`"""
    context = page_context(
        request, title=_("Imports de l'annuaire"), feeds=queries.feed_imports()[:SHOWN_FEEDS]
    )
    return render(request, "console/pages/feeds.html", context)


@require_safe
@requires(Capability.IMPORT_FEEDS)
def feed(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/annuaire/<uuid>/?devenir=`"""
    found = access_feed_import(request.user, public_id)
    asked = request.GET.get("devenir", "")
    outcome = asked if asked in SHOWN_OUTCOMES else SHOWN_OUTCOMES[0]
    labels = dict(FeedImportRow.Outcome.choices)
    context = page_context(
        request,
        title=_("Import de l'annuaire"),
        feed=found,
        counts=sorted(found.counts.items()),
        tabs=[Tab(name, str(labels[name]), name == outcome) for name in SHOWN_OUTCOMES],
        rows=queries.feed_import_rows(found, outcome=outcome)[:SHOWN_ROWS],
    )
    return render(request, "console/pages/feed.html", context)
