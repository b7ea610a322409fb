"""Identities to recognise, identities joined to accounts, and the providers that vouch for them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import agents, identity_queries
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.identities.access import visible_requests
from tenants.identities.models import ExternalIdentity, IdentityProvider, LinkRequest
from ui.requests import SignedInRequest


@admin.register(LinkRequest, site=console_site)
class LinkRequestAdmin(ReadOnlyAdmin):
    reads = (Capability.RECOGNISE_PEOPLE,)
    list_display = ("waiting_since", "kind", "profile", "said_name", "reason", "state")
    list_filter = ("state", "kind", "reason")
    ordering = ("waiting_since", "pk")
    hides = ("subject", "sealed_claims", "tries", "college_uai", "user")
    words: ClassVar = {"decided_by": agents.name_of_actor}
    acts = ("recognise-person", "refuse-person")
    explanation = _("Les personnes qu'un service reconnaît, et que l'annuaire ne dit pas assez.")
    empty_text = _("Personne n'attend d'être reconnu.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        """A secretary has the requests of the collège alone."""
        rows = super().get_queryset(request)
        return rows.filter(pk__in=visible_requests(request.user).values("pk"))

    @column(_("Nom donné"))
    def said_name(self, row: LinkRequest) -> str:
        return identity_queries.said_name(row) or "–"

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        drawn = render_to_string(
            "console/parts/candidates.html",
            {"seen": identity_queries.comparison(row), "kind": row.get_kind_display()},
        )
        return [*super().details(request, row), Detail(gettext("Qui est-ce ?"), drawn)]


@admin.register(ExternalIdentity, site=console_site)
class ExternalIdentityAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("user", "kind", "departement_code", "proof", "linked_at", "used_at", "ended_at")
    list_select_related = ("user",)
    list_filter = ("kind", "proof")
    ordering = ("-linked_at", "-pk")
    hides = ("subject",)
    empty_text = _("Aucune identité n'est encore reliée.")


@admin.register(IdentityProvider, site=console_site)
class IdentityProviderAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("kind", "departement_code", "issuer", "client_id", "opened_at", "closed_at")
    list_filter = ("kind",)
    ordering = ("-opened_at", "-pk")
    hides = ("options", "sealed_secret")
    empty_text = _("Aucun service d'identité n'est ouvert.")
