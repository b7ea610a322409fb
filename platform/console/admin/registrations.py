"""Registrations for Pass+, to read. The queue is the list; the documents are on the page of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from console import agents
from console.filters import YesFilter
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import queries
from federation.passplus.registrations.declaring import read_declared
from federation.passplus.registrations.queries import OPEN, WAITING
from tenants.accounts.capabilities import Capability
from ui.registration_texts import LEVELS, SECTORS, facts_in_words, way_in_words
from ui.requests import SignedInRequest

State = Registration.State


class WaitingForAnAgent(YesFilter):
    title = _("attend un agent")
    parameter_name = "attend"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state__in=WAITING)


class LateFilter(YesFilter):
    title = _("délai dépassé")
    parameter_name = "en_retard"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state__in=WAITING, due_at__lt=timezone.now())


class ToLookAtFilter(YesFilter):
    title = _("photo ou bourse à regarder")
    parameter_name = "a_regarder"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return queries.with_documents_to_look_at(rows)


class TakenFilter(YesFilter):
    title = _("prise par un agent")
    parameter_name = "prise"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.exclude(taken_by="")


@admin.register(Registration, site=console_site)
class RegistrationAdmin(ReadOnlyAdmin):
    list_display = ("pupil", "campaign", "state", "reason", "age", "due_at", "taken")
    list_select_related = ("pupil", "campaign", "guardian", "card")
    list_filter = (
        WaitingForAnAgent,
        LateFilter,
        ToLookAtFilter,
        TakenFilter,
        "state",
        "reason",
        "is_automatic",
        "campaign",
    )
    search_prefixes = ("pupil__search_key",)
    search_exact = ("pupil__ine",)
    search_help_text = _("Début du nom de l'élève, ou son INE.")
    ordering = ("due_at", "-pk")
    hides = ("declared", "asked", "card")
    words: ClassVar = {"taken_by": agents.name_of_actor}
    acts = (
        "grant-registrations",
        "take-registrations",
        "ask-registration-documents",
        "accept-registration-documents",
        "refuse-registrations",
        "release-registrations",
    )
    explanation = _("Ce que les familles demandent. Celles qui attendent un agent ont un délai.")
    empty_text = _("Aucune inscription au Pass+.")

    @column(_("Attend depuis"), order="waiting_since")
    def age(self, row: Registration) -> str:
        if row.waiting_since is None:
            return "–"
        hours = int((timezone.now() - row.waiting_since).total_seconds() // 3600)
        if hours < 48:
            return ngettext("%(count)d heure", "%(count)d heures", hours) % {"count": hours}
        days = hours // 24
        return ngettext("%(count)d jour", "%(count)d jours", days) % {"count": days}

    @column(_("Prise"), order="taken_by")
    def taken(self, row: Registration) -> str:
        return gettext("Oui") if row.taken_by else "–"

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        """First what decides: the documents, what is said, and what is not proved yet."""
        may_open = request.user.can(Capability.DECIDE_REGISTRATIONS)
        return [
            *(_document(one, may_open=may_open) for one in queries.documents_of(row)),
            *_said(row),
            *(_standing(row) if row.state in OPEN else ()),
            *super().details(request, row),
        ]


def _document(document: RegistrationDocument, *, may_open: bool) -> Detail:
    name = f"{document.get_kind_display()}, {document.get_state_display().lower()}"
    if document.kind == RegistrationDocument.Kind.PHOTO:
        name += gettext(" (le visage est à vérifier à l'œil)")
    return Detail(
        gettext("Pièce"),
        f"{name}, {document.size_bytes // 1024 + 1} ko",
        url=reverse("console:registration-document", args=[document.public_id]) if may_open else "",
    )


def _said(row: Registration) -> list[Detail]:
    """What the family says."""
    said = read_declared(row.declared)
    levels = {str(level): str(words) for level, words in LEVELS.items()}
    sectors = {str(sector): str(words) for sector, words in SECTORS.items()}
    found = [
        (gettext("Adresse déclarée"), said.home_postal_code),
        (gettext("Établissement déclaré"), said.school_postal_code),
        (gettext("Classe déclarée"), levels.get(said.class_level, "")),
        (gettext("Secteur déclaré"), sectors.get(said.sector, "")),
        (gettext("Aide sociale à l'enfance"), gettext("Oui") if said.child_welfare else ""),
        (gettext("Bourse déclarée"), gettext("Oui") if said.bursary else ""),
    ]
    return [Detail(name, value) for name, value in found if value]


def _standing(row: Registration) -> list[Detail]:
    """What is proved, and what still is not."""
    standing = queries.standing_of(row, at=timezone.now())
    ways = gettext(" ou bien ").join(way_in_words(way) for way in standing.ways)
    return [
        Detail(gettext("Prouvé"), facts_in_words(sorted(standing.facts.proved)) or "–"),
        Detail(gettext("Reste à prouver par"), ways or "–"),
    ]
