"""The lessons of a secretary's collège, to read. No agent of the département sees them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from tenants.schoollife.timetable.models import Lesson


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
