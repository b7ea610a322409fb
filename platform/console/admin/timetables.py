"""The lessons and files of a secretary's collège, to read. No agent of the département sees them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.readonly import ReadOnlyAdmin, column
from console.sites import console_site
from tenants.schoollife.timetable.models import Lesson, TimetableImport


@admin.register(Lesson, site=console_site)
class LessonAdmin(ReadOnlyAdmin):
    reads = ()
    own_college = "source__college__uai"
    list_display = ("starts_at", "school_class", "subject", "teacher", "room", "status")
    list_select_related = ("school_class",)
    list_filter = ("status", "school_class")
    ordering = ("-starts_at", "pk")
    hides = ("key", "before", "revision", "source")
    explanation = _("Un cours retiré n'est pas effacé : il est dit annulé.")
    empty_text = _("Les cours arrivent avec un fichier d'emploi du temps.")


@admin.register(TimetableImport, site=console_site)
class TimetableImportAdmin(ReadOnlyAdmin):
    reads = ()
    own_college = "source__college__uai"
    list_display = ("prepared_at", "file_name", "college", "school_class", "state", "applied_at")
    list_select_related = ("source__college", "source__school_class")
    list_filter = ("state",)
    ordering = ("-prepared_at", "-pk")
    hides = ("digest", "counts", "notes", "source")
    acts = ("apply-timetable",)
    explanation = _("Ce que chaque fichier change, avant et après qu'il est appliqué.")
    empty_text = _("Aucun fichier n'a encore été donné.")

    def page_of(self, row: Any) -> str:
        return reverse("console:timetable-import", args=[row.public_id])

    @column(_("Collège"))
    def college(self, row: TimetableImport) -> str:
        return row.source.college.name

    @column(_("Classe"))
    def school_class(self, row: TimetableImport) -> str:
        return row.source.school_class.name if row.source.school_class else gettext("Toutes")
