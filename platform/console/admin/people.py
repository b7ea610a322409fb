"""Collèges, pupils, guardians, households and feeds, to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.around import Drawer, Table
from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from console.words import RECORD_KINDS, said
from tenants.accounts.capabilities import Capability
from tenants.people.models import (
    College,
    FeedImport,
    FeedImportRow,
    Guardian,
    Guardianship,
    Household,
    HouseholdMember,
    Pupil,
    SchoolClass,
    Schooling,
)
from ui import feed_texts
from ui.requests import SignedInRequest
from ui.wording import phone_number


@admin.register(College, site=console_site)
class CollegeAdmin(ReadOnlyAdmin):
    list_display = ("name", "uai", "city", "sector", "is_open")
    list_filter = ("sector", "is_open")
    search_exact = ("uai", "name__istartswith", "city__istartswith")
    search_help_text = _("Début du nom ou de la commune, ou UAI.")
    ordering = ("name", "pk")
    own_college = "uai"
    acts = ("open-service-days",)
    words: ClassVar = {"phone": phone_number}
    empty_text = _("Les collèges arrivent avec l'annuaire de l'académie.")


@admin.register(SchoolClass, site=console_site)
class SchoolClassAdmin(ReadOnlyAdmin):
    list_display = ("name", "college", "school_year", "level")
    list_filter = ("level", "school_year")
    list_select_related = ("college",)
    ordering = ("college", "name")
    own_college = "college__uai"


@admin.register(Pupil, site=console_site)
class PupilAdmin(ReadOnlyAdmin):
    list_display = ("last_name", "first_name", "birth_date", "ine", "household", "missing_since")
    list_select_related = ("household",)
    list_filter = (("missing_since", admin.EmptyFieldListFilter),)
    search_prefixes = ("search_key",)
    search_exact = ("ine", "jointure_id")
    search_help_text = _("Début du nom, avec ou sans accents, ou INE entier.")
    ordering = ("sort_key", "pk")
    own_pupil = "pk"
    acts = ("redecide-prices",)
    empty_text = _("Les élèves arrivent avec l'annuaire de l'académie.")

    def page_of(self, row: Any) -> str:
        return reverse("console:pupil-file", args=[row.public_id])


@admin.register(Guardian, site=console_site)
class GuardianAdmin(ReadOnlyAdmin):
    list_display = ("last_name", "first_name", "email", "mobile_phone", "city", "missing_since")
    list_filter = (("missing_since", admin.EmptyFieldListFilter),)
    search_prefixes = ("search_key",)
    search_exact = ("email", "jointure_id")
    search_help_text = _("Début du nom, avec ou sans accents, ou courriel entier.")
    ordering = ("sort_key", "pk")
    acts = ("act-for-family",)
    words: ClassVar = {"mobile_phone": phone_number, "home_phone": phone_number}
    empty_text = _("Les responsables arrivent avec l'annuaire de l'académie.")

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_guardian(row)


@admin.register(Household, site=console_site)
class HouseholdAdmin(ReadOnlyAdmin):
    list_display = ("label",)
    search_exact = ("label__istartswith",)
    search_help_text = _("Début du libellé.")
    ordering = ("label", "pk")

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_household(row)


@admin.register(Schooling, site=console_site)
class SchoolingAdmin(ReadOnlyAdmin):
    list_display = ("pupil", "college", "school_year", "school_class", "regime", "valid_from")
    list_select_related = ("pupil", "college", "school_class")
    list_filter = ("school_year", "regime")
    ordering = ("-school_year", "pk")
    own_college = "college__uai"
    own_pupil = "pupil"


@admin.register(Guardianship, site=console_site)
class GuardianshipAdmin(ReadOnlyAdmin):
    list_display = ("pupil", "guardian", "relation", "legal_role", "is_financial", "payer_share_bp")
    list_select_related = ("pupil", "guardian")
    list_filter = ("relation", "is_financial")
    ordering = ("pk",)


@admin.register(HouseholdMember, site=console_site)
class HouseholdMemberAdmin(ReadOnlyAdmin):
    list_display = ("household", "guardian", "valid_from", "valid_until")
    list_select_related = ("household", "guardian")
    ordering = ("pk",)


@admin.register(FeedImport, site=console_site)
class FeedImportAdmin(ReadOnlyAdmin):
    reads = (Capability.IMPORT_FEEDS,)
    list_display = ("started_at", "kind", "state", "ended_at")
    list_filter = ("state", "kind")
    ordering = ("-started_at", "-pk")
    tells = ("file_names", "counts")

    def page_of(self, row: Any) -> str:
        return reverse("console:feed", args=[row.public_id])


@admin.register(FeedImportRow, site=console_site)
class FeedImportRowAdmin(ReadOnlyAdmin):
    reads = (Capability.IMPORT_FEEDS,)
    list_display = ("record_id", "record_kind", "outcome", "reason_code", "place", "feed_import")
    list_select_related = ("feed_import",)
    list_filter = ("outcome", "record_kind")
    search_exact = ("record_id", "reason_code")
    words: ClassVar = {
        "record_kind": said(RECORD_KINDS),
        "reason_code": said(feed_texts.REASONS),
        "reviews": lambda codes: " ".join(map(said(feed_texts.REASONS), codes)),
    }
    ordering = ("-feed_import", "pk")
