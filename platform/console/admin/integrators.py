"""Machines that read by the API, what proves them, and the web pages that may call it, to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from console.acts import url_for
from console.readonly import ReadOnlyAdmin, column, joined
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.integrators.models import AllowedOrigin, Credential, Integrator
from tenants.integrators.scopes import Scope
from ui.integrator_texts import SCOPES
from ui.requests import SignedInRequest

_READS = (Capability.MANAGE_TENANT,)


def said_scopes(codes: list[str]) -> str:
    """What a machine reads, in words."""
    return joined(str(SCOPES[Scope(code)]) for code in codes)


class _WithNew(ReadOnlyAdmin):
    """A list that begins with the act that makes one more."""

    reads = _READS
    new_act: ClassVar[str]

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {"new_url": url_for(self.new_act), "new_title": _now("Inscrire")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})


@admin.register(Integrator, site=console_site)
class IntegratorAdmin(_WithNew):
    new_act = "register-integrator"
    list_display = ("name", "scopes_said", "expires_at", "used_at", "revoked_at")
    ordering = ("revoked_at", "name", "pk")
    words: ClassVar = {"scopes": said_scopes}
    acts = ("rotate-credential", "revoke-integrator")
    explanation = _("Les logiciels qui lisent par l'API, ce qu'ils lisent, et jusqu'à quand.")
    empty_text = _("Aucun logiciel ne lit par l'API.")

    @column(_("Ce qu'il lit"))
    def scopes_said(self, row: Integrator) -> str:
        return said_scopes(row.scopes)


@admin.register(Credential, site=console_site)
class CredentialAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("integrator", "kind", "made_at", "expires_at")
    list_select_related = ("integrator",)
    ordering = ("-made_at", "-pk")
    hides = ("digest", "public_jwk")
    explanation = _("Ce qui prouve chaque logiciel. Personne ne relit un secret.")
    empty_text = _("Aucun logiciel n'est inscrit.")


@admin.register(AllowedOrigin, site=console_site)
class AllowedOriginAdmin(_WithNew):
    new_act = "allow-origin"
    list_display = ("origin", "allowed_at", "withdrawn_at")
    ordering = ("withdrawn_at", "origin", "pk")
    acts = ("withdraw-origin",)
    explanation = _("Les sites dont les pages appellent l'API depuis un navigateur.")
    empty_text = _("Aucun site n'appelle l'API depuis un navigateur.")
