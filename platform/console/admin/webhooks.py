"""The software that is told what happens, and the log of what it was sent, to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import around
from console.acts.framework import url_for
from console.filters import YesFilter
from console.readonly import ReadOnlyAdmin, column, joined
from console.records import Detail, breakable
from console.sites import console_site
from console.webhook_queries import health_of, latest_table, tries_table
from federation.webhooks import queries
from federation.webhooks.models import Delivery, Endpoint, EndpointState
from federation.webhooks.public_events import PUBLIC, words_of
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

_READS = (Capability.MANAGE_TENANT,)


def _events(names: list[str]) -> str:
    return joined(map(words_of, names))


def _address(url: str) -> str:
    return breakable(url, after="/")


def _identifiers(ids: dict[str, str]) -> str:
    return joined(f"{name} {value}" for name, value in ids.items()) or gettext("Aucun")


class FailingFilter(YesFilter):
    title = _("en panne")
    parameter_name = "panne"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=EndpointState.TRIPPED)


class EventFilter(SimpleListFilter):
    """The deliveries of one event."""

    title = _("événement")
    parameter_name = "evenement"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, event.words) for name, event in PUBLIC.items()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        return queryset.filter(name=self.value()) if self.value() in PUBLIC else None


@admin.register(Endpoint, site=console_site)
class EndpointAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("name", "host", "state", "failing_since", "created_at")
    list_filter = (FailingFilter, "state")
    ordering = ("name",)
    hides = ("sealed_secret", "sealed_previous", "warned_at", "failures", "is_gone")
    words: ClassVar = {"events": _events, "url": _address}
    acts = (
        "try-endpoint",
        "subscribe-endpoint",
        "pause-endpoint",
        "resume-endpoint",
        "replay-given-up",
        "rotate-endpoint-secret",
    )
    change_form_template = "console/endpoint.html"
    explanation = _(
        "Qui est prévenu de ce qui arrive, sans nom ni montant. Personne ne lit les secrets."
    )
    empty_text = _("Aucun logiciel n'est prévenu.")

    @column(_("Hôte"))
    def host(self, row: Endpoint) -> str:
        return queries.host_of(row)

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {"new_url": url_for("create-endpoint"), "new_title": gettext("Prévenir un logiciel")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})

    def record_view(self, request: SignedInRequest, object_id: int) -> HttpResponse:
        """With its health, drawn."""
        page = super().record_view(request, object_id)
        row = self.get_object(request, str(object_id))
        if isinstance(page, TemplateResponse) and page.context_data is not None and row is not None:
            page.context_data["page"] = health_of(row, today=timezone.localdate())
            page.context_data["log_url"] = f"{_log_address()}?endpoint__id__exact={row.pk}"
        return page

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        why = Detail(
            gettext("Pourquoi en pause"), gettext("Il a répondu qu'il n'existe plus (410).")
        )
        return [*super().details(request, row), *([why] if row.is_gone else [])]

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        return latest_table(row)


@admin.register(Delivery, site=console_site)
class DeliveryAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("event", "endpoint", "occurred_at", "state", "attempts", "delivered_at")
    list_select_related = ("endpoint",)
    list_filter = ("state", "endpoint", EventFilter)
    ordering = ("-pk",)
    hides = ("event_id", "name")
    words: ClassVar = {"ids": _identifiers}
    acts = ("replay-delivery",)
    explanation = _("Ce qui a été envoyé, ou attend de l'être. Les plus anciens sont effacés.")
    empty_text = _("Rien n'a été envoyé.")

    @column(_("Événement"), order="name")
    def event(self, row: Delivery) -> str:
        return words_of(row.name)

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        return tries_table(row)


def _log_address() -> str:
    log: ReadOnlyAdmin = console_site._registry[Delivery]  # noqa: SLF001
    return log.list_address()
