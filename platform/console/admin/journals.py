"""Who did what, and what waits to be told outside."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commons.models import AuditEntry, Job, OutboxEvent
from console import agents
from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from console.words import ACTIONS, ACTOR_KINDS, EVENTS, JOBS, SUBJECTS, SYSTEM_ACTORS, said
from tenants.accounts.capabilities import Capability
from tenants.acting.models import ActingSession


@admin.register(AuditEntry, site=console_site)
class AuditEntryAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_AUDIT,)
    list_display = ("at", "action", "subject_type", "subject_id", "actor_kind", "actor_id")
    list_filter = ("actor_kind", "at")
    words: ClassVar = {
        "action": said(ACTIONS),
        "actor_id": said(SYSTEM_ACTORS),
        "actor_kind": said(ACTOR_KINDS),
        "subject_type": said(SUBJECTS),
    }
    search_exact = ("action", "subject_id", "actor_id")
    search_help_text = _("Objet ou auteur, en entier.")
    ordering = ("-at", "-pk")
    explanation = _("Le journal ne s'efface pas et ne se corrige pas.")


@admin.register(ActingSession, site=console_site)
class ActingSessionAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_AUDIT,)
    list_display = ("started_at", "agent", "guardian", "reason", "widened_at", "ended_at")
    list_select_related = ("agent", "guardian")
    list_filter = (("widened_at", admin.EmptyFieldListFilter), "started_at")
    ordering = ("-started_at", "-pk")
    explanation = _("Chaque fois qu'un agent a ouvert le portail d'une famille.")
    empty_text = _("Aucun agent n'a ouvert le portail d'une famille.")


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


@admin.register(Job, site=console_site)
class JobAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("asked_at", "kind", "actor_id", "state", "ended_at")
    list_filter = ("state",)
    words: ClassVar = {
        "kind": said(JOBS),
        "actor_kind": said(ACTOR_KINDS),
        "actor_id": agents.name_of_actor,
    }
    ordering = ("-pk",)
    explanation = _("Ce qui prend plus d'un instant, et qui continue quand on quitte la page.")
    empty_text = _("Aucun long travail n'a été demandé.")

    def page_of(self, row: Any) -> str:
        return reverse("console:job", args=[row.public_id])
