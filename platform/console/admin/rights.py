"""Requests of rights, agreements, calls and sources, to read. The queue is the list of requests."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.rights import queries
from billing.rights.models import (
    Consent,
    RightsRequest,
    RightsRules,
    RightsSource,
    SourceCall,
)
from billing.rights.outcomes import Outcome
from console import agents
from console.filters import YesFilter
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from console.words import RIGHTS_REASONS, SOURCE_DATA, Words, said
from tenants.accounts.capabilities import Capability
from ui.errors import explain_code
from ui.requests import SignedInRequest

State = RightsRequest.State
_OUTCOMES: Words = {"": "–", **{value.value: str(value.label) for value in Outcome}}


def _reason(row: RightsRequest) -> str:
    """Why it waits; what the tariffs refused is told as they tell it."""
    if row.reason in RIGHTS_REASONS:
        return str(RIGHTS_REASONS[row.reason])
    return explain_code(row.reason, {}, phone="").why


def _said_of_each(values: list[str]) -> str:
    return ", ".join(map(said(SOURCE_DATA), values))


class WaitingForAnAgent(YesFilter):
    title = _("attend un agent")
    parameter_name = "attend"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=State.TO_INSPECT)


class LateFilter(YesFilter):
    title = _("délai dépassé")
    parameter_name = "en_retard"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=State.TO_INSPECT, due_at__lt=timezone.now())


class TakenFilter(YesFilter):
    title = _("prise par un agent")
    parameter_name = "prise"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.exclude(taken_by="")


@admin.register(RightsRequest, site=console_site)
class RightsRequestAdmin(ReadOnlyAdmin):
    list_display = ("household", "state", "reason_in_words", "age", "due_at", "taken")
    list_select_related = ("household", "guardian")
    list_filter = (WaitingForAnAgent, LateFilter, TakenFilter, "state", "way", "outcome")
    search_prefixes = ("guardian__search_key",)
    search_help_text = _("Début du nom de la personne qui demande.")
    ordering = ("due_at", "-pk")
    hides = ("sealed_identity", "reason")
    words: ClassVar = {"taken_by": agents.name_of_actor}
    acts = (
        "take-rights-requests",
        "decide-rights-request",
        "ask-rights-document",
        "refuse-rights-requests",
        "release-rights-requests",
    )
    explanation = _("Ce que les foyers demandent. Celles qui attendent un agent ont un délai.")
    empty_text = _("Aucune demande de droits.")

    @column(_("Pourquoi elle attend"))
    def reason_in_words(self, row: RightsRequest) -> str:
        return _reason(row)

    @column(_("Attend depuis"), order="waiting_since")
    def age(self, row: RightsRequest) -> str:
        if row.waiting_since is None:
            return "–"
        hours = int((timezone.now() - row.waiting_since).total_seconds() // 3600)
        if hours < 48:
            return ngettext("%(count)d heure", "%(count)d heures", hours) % {"count": hours}
        days = hours // 24
        return ngettext("%(count)d jour", "%(count)d jours", days) % {"count": days}

    @column(_("Prise"), order="taken_by")
    def taken(self, row: RightsRequest) -> str:
        return gettext("Oui") if row.taken_by else "–"

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        bursaries = [
            f"{bursary.pupil.full_name} : {bursary.get_holds_display()}"
            + (f", {gettext('échelon')} {bursary.level}" if bursary.level else "")
            for bursary in queries.bursaries_of(row)
        ]
        documents = [
            Detail(
                gettext("Pièce"),
                f"{document.get_kind_display()} ({document.size_bytes // 1024 + 1} ko)",
                url=reverse("console:rights-document", args=[document.public_id])
                if request.user.can(Capability.DECIDE_PRICES)
                else "",
            )
            for document in queries.documents_of(row)
        ]
        return [
            Detail(gettext("Pourquoi elle attend"), _reason(row)),
            *documents,
            *super().details(request, row),
            Detail(gettext("Bourses"), ", ".join(bursaries) or "–"),
        ]


@admin.register(Consent, site=console_site)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("guardian", "source_kind", "text_version", "given_at", "withdrawn_at")
    list_select_related = ("guardian", "request__household")
    list_filter = ("source_kind",)
    search_prefixes = ("guardian__search_key",)
    search_help_text = _("Début du nom de la personne.")
    ordering = ("-given_at", "-pk")
    words: ClassVar = {"given_by": agents.name_of_actor, "data": _said_of_each}
    explanation = _("Le texte accepté, mot pour mot, par qui, quand, et s'il est retiré.")
    empty_text = _("Personne n'a encore donné d'accord.")


@admin.register(SourceCall, site=console_site)
class SourceCallAdmin(ReadOnlyAdmin):
    list_display = ("called_at", "endpoint", "household", "outcome", "code")
    list_select_related = ("request__household", "source")
    list_filter = ("endpoint", "outcome")
    search_prefixes = ("request__guardian__search_key",)
    search_help_text = _("Début du nom de la personne qui a donné son accord.")
    ordering = ("-called_at", "-pk")
    words: ClassVar = {"asked_by": agents.name_of_actor, "endpoint": said(SOURCE_DATA)}
    explanation = _("Qui a demandé quoi, pour qui, et pourquoi. Gardé trente-six mois.")
    empty_text = _("Aucune source n'a encore été interrogée.")

    @column(_("Foyer"), order="request__household__label")
    def household(self, row: SourceCall) -> str:
        return str(row.request.household)


@admin.register(RightsSource, site=console_site)
class RightsSourceAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_FILES, Capability.MANAGE_TARIFFS)
    list_display = ("kind", "base_url", "problem", "opened_at", "closed_at")
    hides = ("sealed_credentials",)
    words: ClassVar = {"problem": said(_OUTCOMES)}
    ordering = ("closed_at", "kind", "-pk")
    explanation = _("Les services que le département interroge. Personne ne lit leurs clés.")
    empty_text = _("Le département n'interroge aucun service.")


@admin.register(RightsRules, site=console_site)
class RightsRulesAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_FILES, Capability.MANAGE_TARIFFS)
    list_display = ("set_at", "sla_hours", "longest_days", "lasting", "document_days")
    ordering = ("-pk",)
    explanation = _("La ligne la plus récente est celle qui compte.")
    empty_text = _("Aucune règle : 72 heures, dix jours au plus.")
