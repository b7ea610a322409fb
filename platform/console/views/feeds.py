"""The imports of the academic feed, and what became of its rows."""

from __future__ import annotations

import dataclasses
import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import acts
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people import queries
from tenants.people.access import access_feed_import
from tenants.people.deciding import is_open
from tenants.people.models import FeedImport, FeedImportRow
from ui import feed_texts
from ui.requests import SignedInRequest

SHOWN_FEEDS = 50
SHOWN_ROWS = 100
SHOWN_OUTCOMES = ("REJECTED", "AMBIGUOUS", "DISAPPEARING", "CHANGED", "CREATED", "UNCHANGED")


@dataclasses.dataclass(frozen=True, slots=True)
class Tab:
    """An outcome of the rows, and how many have it."""

    outcome: str
    title: str
    is_here: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A row of the report, in words."""

    record_id: str
    kind: str
    reasons: tuple[str, ...]
    place: str
    changes: tuple[feed_texts.Change, ...]
    decide_url: str


@dataclasses.dataclass(frozen=True, slots=True)
class KindCount:
    """What the records of a kind became."""

    kind: str
    outcomes: tuple[str, ...]


def _line(feed: FeedImport, row: FeedImportRow) -> Line:
    row.feed_import = feed  # its own, not to be read again for each row
    return Line(
        record_id=row.record_id or feed_texts.NOTHING,
        kind=feed_texts.kind_name(row.record_kind),
        reasons=tuple(feed_texts.reasons(row)),
        place=row.place,
        changes=tuple(feed_texts.changes(row)),
        decide_url=acts.url_for("decide-feed-record", row) if is_open(row) else "",
    )


def _counts(found: FeedImport, labels: dict[str, str]) -> list[KindCount]:
    """By kind; what was read and is not kept says so."""
    counts = []
    for kind, outcomes, unkept in feed_texts.kept_kinds(found):
        said = [f"{labels[name]} {number}" for name, number in sorted(outcomes.items())]
        if unkept:
            said = [_("Lu, non repris %(number)s") % {"number": unkept}]
        counts.append(KindCount(kind, tuple(said)))
    return counts


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
    labels = {str(name): str(label) for name, label in FeedImportRow.Outcome.choices}
    context = page_context(
        request,
        title=_("Import de l'annuaire"),
        feed=found,
        counts=_counts(found, labels),
        stops=feed_texts.stop_sentences(found.counts),
        tabs=[
            Tab(name, _("À regarder") if name == "UNCHANGED" else labels[name], name == outcome)
            for name in SHOWN_OUTCOMES
        ],
        rows=[
            _line(found, row)
            for row in queries.feed_import_rows(found, outcome=outcome)[:SHOWN_ROWS]
        ],
    )
    return render(request, "console/pages/feed.html", context)
