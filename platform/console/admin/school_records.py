"""Marks, absences, homework and what families say of absences, to read: those of one's own collège alone.

No agent of the département reads them, whatever files they read.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.schoollife.records.access import kept_colleges, kept_justifications
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    Justification,
    Mark,
    RecordsRules,
)
from ui import records_texts
from ui.requests import SignedInRequest


class OfOwnCollege(ReadOnlyAdmin):
    """A list of what a collège wrote, for whoever leads its school life."""

    reads = ()
    own_college = "college__uai"
    search_help_text = _("Début du nom de l'élève.")
    hides = ("college",)

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(college__in=kept_colleges(request.user))


@admin.register(Justification, site=console_site)
class JustificationAdmin(ReadOnlyAdmin):
    reads = ()
    own_college = "absence__college__uai"
    list_display = ("given_at", "pupil", "absence_when", "reason", "state")
    list_select_related = ("absence__pupil",)
    list_filter = ("state", "reason")
    search_prefixes = ("absence__pupil__search_key",)
    search_help_text = _("Début du nom de l'élève.")
    ordering = ("given_at", "pk")
    acts = ("accept-justifications", "ask-justification-again")
    explanation = _("Pourquoi un élève était absent, comme sa famille le dit.")
    empty_text = _("Aucune famille n'a encore expliqué d'absence.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(pk__in=kept_justifications(request.user).order_by().values("pk"))

    @column(_("Élève"), order="absence__pupil__sort_key")
    def pupil(self, row: Justification) -> str:
        return str(row.absence.pupil)

    @column(_("Absence"), order="absence__starts_at")
    def absence_when(self, row: Justification) -> str:
        return records_texts.when(row.absence)

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        documents = [
            Detail(
                gettext("Pièce"),
                f"{document.size_bytes // 1024 + 1} ko",
                url=reverse("console:justification-document", args=[document.public_id]),
            )
            for document in row.documents.filter(deleted_at__isnull=True).order_by("pk")
        ]
        return [*documents, *super().details(request, row)]


@admin.register(Absence, site=console_site)
class AbsenceAdmin(OfOwnCollege):
    list_display = ("starts_at", "ends_at", "pupil", "kind", "is_justified", "reason")
    list_select_related = ("pupil",)
    list_filter = ("kind", "is_justified", "school_year")
    search_prefixes = ("pupil__search_key",)
    ordering = ("-starts_at", "-pk")
    explanation = _("Les absences et les retards que votre collège a notés.")
    empty_text = _("Les absences arrivent avec le fichier de votre logiciel.")


@admin.register(Mark, site=console_site)
class MarkAdmin(OfOwnCollege):
    list_display = ("held_on", "subject", "assessment", "pupil", "result", "withdrawn_at")
    list_select_related = ("pupil", "assessment__subject")
    list_filter = ("status", "school_year")
    search_prefixes = ("pupil__search_key",)
    ordering = ("-assessment__held_on", "-pk")
    explanation = _("Les notes que votre collège a envoyées. Elles se corrigent par un fichier.")
    empty_text = _("Les notes arrivent avec le fichier de votre logiciel.")

    @column(_("Le"), order="assessment__held_on")
    def held_on(self, row: Mark) -> Any:
        return row.assessment.held_on

    @column(_("Matière"))
    def subject(self, row: Mark) -> str:
        return str(row.assessment.subject)

    @column(_("Résultat"))
    def result(self, row: Mark) -> str:
        return records_texts.result(row)


@admin.register(Homework, site=console_site)
class HomeworkAdmin(OfOwnCollege):
    list_display = ("due_on", "subject", "school_class", "pupil", "text")
    list_select_related = ("subject", "school_class", "pupil")
    list_filter = ("school_year",)
    search_exact = ("school_class__name",)
    search_help_text = _("Nom de la classe.")
    ordering = ("-due_on", "-pk")
    explanation = _("Les devoirs que votre collège a envoyés. Ce qu'un élève coche est à lui.")
    empty_text = _("Les devoirs arrivent avec le fichier de votre logiciel.")


@admin.register(RecordsRules, site=console_site)
class RecordsRulesAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("set_at", "fewest_marks", "days_to_justify", "years_kept")
    ordering = ("-pk",)
    explanation: ClassVar = _("Les règles du Département. Les dernières fixées valent.")
    empty_text = _("Rien n'est fixé : 10 notes pour une médiane, 10 jours, une année de plus.")
