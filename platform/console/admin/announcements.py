"""What collèges and the département announced, and how people are told by default."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.acts.framework import url_for
from console.readonly import ReadOnlyAdmin, joined
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.people.models import Level
from tenants.schoollife.announcements.access import followed_announcements
from tenants.schoollife.announcements.models import Announcement, NotificationDefaults
from ui.requests import SignedInRequest


def _levels(codes: list[str]) -> str:
    return joined(dict(Level.choices).get(code, code) for code in codes)


@admin.register(Announcement, site=console_site)
class AnnouncementAdmin(ReadOnlyAdmin):
    reads = (Capability.ANNOUNCE,)
    list_display = (
        "title", "college", "state", "published_at", "asks_acknowledgement", "is_urgent",
    )  # fmt: skip
    list_select_related = ("college",)
    list_filter = ("state", "is_urgent")
    ordering = ("-written_at", "-pk")
    tells = ("body", "correction", "withdrawn_reason")
    words: ClassVar = {"levels": _levels}
    acts = (
        "rewrite-announcement",
        "publish-announcement",
        "schedule-announcement",
        "remind-readers",
        "print-announcement",
        "correct-announcement",
        "withdraw-announcement",
    )
    explanation = _("Ce que vous annoncez, et ce que le Département annonce à votre collège.")
    empty_text = _("Aucune annonce n'est encore écrite.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        """One's own, and what the département said to one's collège."""
        rows = super().get_queryset(request)
        return rows.filter(pk__in=followed_announcements(request.user).order_by().values("pk"))

    def page_of(self, row: Any) -> str:
        return reverse("console:announcement", args=[row.public_id])

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {
            "new_url": reverse("console:announcement-places"),
            "new_title": gettext("Écrire une annonce"),
        }
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})


@admin.register(NotificationDefaults, site=console_site)
class NotificationDefaultsAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("mode", "quiet_from", "quiet_until", "digest_hour", "urgent_per_week")
    ordering = ("pk",)
    hides = ("is_only",)
    explanation = _("Comment les personnes sont prévenues, quand elles n'ont rien choisi.")
    empty_text = _("Les réglages d'origine sont en service.")

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {
            "new_url": url_for("set-notification-defaults"),
            "new_title": gettext("Régler les notifications"),
        }
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})
