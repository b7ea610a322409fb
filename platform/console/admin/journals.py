"""Who did what, and what waits to be told outside."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from commons.models import AuditEntry, OutboxEvent
from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from console.words import ACTIONS, ACTOR_KINDS, EVENTS, SUBJECTS, said
from tenants.accounts.capabilities import Capability


@admin.register(AuditEntry, site=console_site)
class AuditEntryAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_AUDIT,)
    list_display = ("at", "action", "subject_type", "subject_id", "actor_kind", "actor_id")
    list_filter = ("actor_kind", "at")
    words: ClassVar = {
        "action": said(ACTIONS),
        "actor_kind": said(ACTOR_KINDS),
        "subject_type": said(SUBJECTS),
    }
    search_exact = ("action", "subject_id", "actor_id")
    search_help_text = _("Objet ou auteur, en entier.")
    ordering = ("-at", "-pk")
    explanation = _("Le journal ne s'efface pas et ne se corrige pas.")


@admin.register(OutboxEvent, site=console_site)
class OutboxEventAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_AUDIT, Capability.MANAGE_TENANT)
    list_display = (
        "name",
        "occurred_at",
        "delivered_at",
        "attempts",
        "next_attempt_at",
        "latest_error",
    )
    words: ClassVar = {"name": said(EVENTS)}
    hides = ("aggregate",)  # for the machine that delivers
    list_filter = (("delivered_at", admin.EmptyFieldListFilter),)
    ordering = ("-pk",)
    empty_text = _("Rien n'attend : tout est parti.")
