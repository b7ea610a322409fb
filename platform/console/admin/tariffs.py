"""Tariffs, resources and price decisions, to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.tariffs.models import (
    HouseholdResources,
    PriceContest,
    PriceDecision,
    TariffSchedule,
    TariffVersion,
)
from billing.tariffs.queries import explained_price
from console import columns
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from console.words import PRICE_SOURCES, said
from tenants.accounts.capabilities import Capability
from ui.price_story import decided_price, price_story
from ui.requests import SignedInRequest

_TARIFFS = (Capability.READ_FILES, Capability.MANAGE_TARIFFS)


@admin.register(TariffSchedule, site=console_site)
class TariffScheduleAdmin(ReadOnlyAdmin):
    reads = _TARIFFS
    list_display = ("label", "service", "code")
    list_filter = ("service",)
    ordering = ("code", "service")


@admin.register(TariffVersion, site=console_site)
class TariffVersionAdmin(ReadOnlyAdmin):
    reads = _TARIFFS
    list_display = ("schedule_label", "valid_from", "valid_until", "is_illustrative", "recorded_at")
    list_select_related = ("schedule",)
    list_filter = ("schedule__service", "is_illustrative")
    ordering = ("-valid_from", "pk")
    tells = ("legal_basis", "source_note", "definition")

    @admin.display(description=_("Tarif"), ordering="schedule__label")
    def schedule_label(self, row: TariffVersion) -> str:
        return f"{row.schedule.label} · {row.schedule.get_service_display()}"

    def page_of(self, row: Any) -> str:
        return reverse("console:tariff-version", args=[row.public_id])


@admin.register(HouseholdResources, site=console_site)
class HouseholdResourcesAdmin(ReadOnlyAdmin):
    list_display = ("household", "basis", "quotient_familial", "proof_kind", "valid_from")
    list_select_related = ("household",)
    list_filter = ("basis", "proof_kind")
    search_exact = ("household__label__istartswith",)
    ordering = ("-recorded_at", "-pk")


@admin.register(PriceDecision, site=console_site)
class PriceDecisionAdmin(ReadOnlyAdmin):
    list_display = ("pupil", "service", "price", "source", "valid_from", "valid_until")
    list_select_related = ("pupil", "tariff_version")
    list_filter = ("service", "source")
    words: ClassVar = {"source": said(PRICE_SOURCES)}
    search_prefixes = ("pupil__search_key",)
    search_exact = ("pupil__ine",)
    search_help_text = _("Début du nom de l'élève, ou INE.")
    ordering = ("-decided_at", "-pk")
    hides = ("inputs", "steps")
    explanation = _("Chaque prix garde les données et les étapes qui l'expliquent.")
    empty_text = _("Aucun prix n'est encore décidé.")

    @column(_("Prix unitaire"), order="unit_price_cents", cell_class=columns.NUMBER)
    def price(self, row: PriceDecision) -> str:
        return decided_price(row)

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        story = price_story(explained_price(row))
        sentences = " ".join(filter(None, (*story.sentences, story.note)))
        drawn = render_to_string(
            "ui/components/price_picture.html",
            {"picture": story.picture, "name": "echelle", "is_open": False},
        )
        return [
            *super().details(request, row),
            Detail(gettext("Explication"), sentences),
            Detail(gettext("Sur le barème"), drawn),
        ]


@admin.register(PriceContest, site=console_site)
class PriceContestAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "guardian", "pupil", "price", "text", "state")
    list_select_related = (
        "guardian",
        "decision__pupil",
        "decision__tariff_version",
        "new_decision__tariff_version",
    )
    list_filter = ("state",)
    search_prefixes = ("guardian__search_key",)
    search_exact = ("decision__pupil__ine",)
    search_help_text = _("Début du nom du responsable, ou INE de l'élève.")
    ordering = ("opened_at", "pk")
    explanation = _("Ce que les familles disent faux dans un prix, les plus anciennes d'abord.")
    empty_text = _("Aucune famille n'a contesté un prix.")
    acts = ("accept-contest", "refuse-contest")

    @column(_("Élève"), order="decision__pupil__sort_key")
    def pupil(self, row: Any) -> str:
        return str(row.decision.pupil)

    @column(_("Prix contesté"), order="decision__unit_price_cents", cell_class=columns.NUMBER)
    def price(self, row: Any) -> str:
        return decided_price(row.decision)
