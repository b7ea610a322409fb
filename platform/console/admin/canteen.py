"""Service days, enrolments and meals against the rule, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.canteen.models import (
    BookingException,
    CanteenRules,
    Enrolment,
    EnrolmentPayer,
    ServiceDay,
)
from billing.canteen.rules import WednesdayPolicy, parse_rules
from console.filters import GoneFilter, MealsFilter, RunningFilter, UnpricedFilter
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail, written_value
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest


@admin.register(ServiceDay, site=console_site)
class ServiceDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "college", "is_open", "closed_reason")
    list_select_related = ("college",)
    list_filter = ("is_open", "day")
    search_exact = ("college__uai", "college__name__istartswith")
    search_help_text = _("Début du nom du collège, ou UAI.")
    ordering = ("day", "college__name", "pk")
    own_college = "college__uai"
    acts = ("close-service-days",)
    explanation = _("Un jour de service est un jour où la cantine d'un collège ouvre.")
    empty_text = _("Aucun jour n'est encore ouvert pour cette année.")


@admin.register(CanteenRules, site=console_site)
class CanteenRulesAdmin(ReadOnlyAdmin):
    list_display = ("valid_from", "valid_until")
    ordering = ("-valid_from",)
    hides = ("definition",)

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        rules = parse_rules(row.definition)
        limit = rules.cancellation
        wednesday = {
            WednesdayPolicy.BOARDERS_ONLY: gettext("Pour les internes seulement"),
            WednesdayPolicy.ALLOWED: gettext("Ouvert"),
            WednesdayPolicy.CLOSED: gettext("Fermé"),
        }
        told = (
            (gettext("Jours ouvrés avant le repas, pour annuler"), limit.working_days),
            (gettext("Heure limite"), limit.cutoff),
            (gettext("Jours francs"), limit.clear_days),
            (gettext("Mercredi"), wednesday[rules.wednesday]),
            (gettext("Les familles inscrivent à partir du"), rules.enrolment_opens_on),
            (gettext("Les familles changent les jours jusqu'au"), rules.weekdays_change_until),
            (gettext("Règles d'exemple"), rules.is_illustrative),
        )
        return [
            *super().details(request, row),
            *(Detail(name, written_value(value)) for name, value in told),
        ]


@admin.register(Enrolment, site=console_site)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("pupil", "college_name", "weekdays", "state", "valid_from", "valid_until")
    list_select_related = ("pupil", "college")
    list_filter = (
        RunningFilter,
        MealsFilter,
        UnpricedFilter,
        GoneFilter,
        "state",
        "school_year",
        "service",
    )
    search_prefixes = ("pupil__search_key",)
    search_exact = ("pupil__ine", "college__uai")
    search_help_text = _("Début du nom de l'élève, INE ou UAI.")
    ordering = ("-created_at", "-pk")
    own_college = "college__uai"
    own_pupil = "pupil"
    acts = ("change-weekdays", "end-enrolments")
    empty_text = _("Aucune famille n'a encore inscrit d'enfant.")

    @column(_("Collège"), order="college__name")
    def college_name(self, row: Enrolment) -> str:
        return row.college.name

    def page_of(self, row: Any) -> str:
        return reverse("console:pupil-file", args=[row.pupil.public_id])


@admin.register(EnrolmentPayer, site=console_site)
class EnrolmentPayerAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_FILES, Capability.READ_MONEY)
    list_display = ("guardian", "enrolment", "share_bp")
    list_select_related = ("guardian", "enrolment__pupil", "enrolment__college")
    ordering = ("pk",)


@admin.register(BookingException, site=console_site)
class BookingExceptionAdmin(ReadOnlyAdmin):
    list_display = ("day", "pupil_name", "kind", "is_late", "requested_at")
    list_select_related = ("enrolment__pupil",)
    list_filter = ("kind", "is_late", "day")
    search_prefixes = ("enrolment__pupil__search_key",)
    search_help_text = _("Début du nom de l'élève.")
    ordering = ("-day", "-pk")
    own_college = "enrolment__college__uai"
    own_pupil = "enrolment__pupil"
    empty_text = _("Aucun repas annulé ni ajouté.")

    @admin.display(description=_("Élève"), ordering="enrolment__pupil__sort_key")
    def pupil_name(self, row: BookingException) -> str:
        return str(row.enrolment.pupil)
