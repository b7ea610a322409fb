"""The shared catalogue, the services enabled here, to whom they are open, and their licences, to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import around
from console.filters import YesFilter
from console.partner_queries import partner_tables
from console.readonly import ReadOnlyAdmin, column, joined
from console.records import breakable
from console.service_queries import name_of_enabled, openings_table, with_names
from console.sites import console_site
from console.words import ATTRIBUTE_WORDS, said
from federation.catalogue.models import SharedService
from federation.ent import certificates
from federation.ent.models import EnabledService, Licence, Opening, Registration, SigningKey
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest
from ui.ways import portal_of

_READS = (Capability.MANAGE_TENANT,)
SHOWN_KID = 8  # characters: enough to tell two keys apart


def said_attributes(codes: list[str]) -> str:
    """What a service asks for, or is told."""
    return joined(map(said(ATTRIBUTE_WORDS), codes)) or gettext("Rien")


def address(url: str) -> str:
    """An address that breaks after a `/` on a phone."""
    return breakable(url, after="/") if url else ""


def addresses(urls: list[str]) -> str:
    """Several of them."""
    return format_html_join(", ", "{}", ((address(url),) for url in urls))


def fingerprint(certificate: str) -> str:
    """What two people compare on the telephone."""
    return breakable(certificates.fingerprint(certificate), after=":") if certificate else ""


class EnabledFilter(YesFilter):
    title = _("activé")
    parameter_name = "active"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(disabled_at__isnull=True)


class DownFilter(YesFilter):
    title = _("en panne")
    parameter_name = "panne"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(disabled_at__isnull=True, down_since__isnull=False)


@admin.register(SharedService, site=console_site)
class SharedServiceAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("name", "category", "editor", "protocol", "is_ready")
    list_filter = ("category", "protocol")
    ordering = ("position", "code")
    words: ClassVar = {"asks": said_attributes}
    hides = ("position", "native_route", "is_offered")
    acts = ("enable-service",)
    explanation = _("Ce que les départements partagent. Chacun active ce qu'il veut.")
    empty_text = _("Le catalogue est vide.")


@admin.register(EnabledService, site=console_site)
class EnabledServiceAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("service", "told", "down_since", "enabled_at", "disabled_at")
    list_filter = (EnabledFilter, DownFilter)
    ordering = ("disabled_at", "service_code", "-pk")
    words: ClassVar = {"granted": said_attributes}
    hides = ("failures", "service_code")
    acts = (
        "open-service",
        "grant-attributes",
        "register-client",
        "register-cas-service",
        "register-saml-partner",
        "disable-service",
    )
    explanation = _("Un service activé ne s'ouvre qu'à ceux à qui on l'ouvre.")
    empty_text = _("Aucun service n'est activé.")

    @column(_("Service"), order="service_code")
    def service(self, row: EnabledService) -> str:
        return name_of_enabled(row)

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        with_names(listed)
        return listed

    @column(_("Transmis"))
    def told(self, row: EnabledService) -> str:
        return said_attributes(row.granted)

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        return openings_table(row)


@admin.register(Opening, site=console_site)
class OpeningAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("service", "profile", "college", "school_class", "taken", "valid_until")
    list_select_related = ("enabled", "college", "school_class")
    list_filter = ("profile",)
    ordering = ("-valid_from", "-pk")
    acts = ("close-opening", "set-licences")
    explanation = _("À qui chaque service est ouvert, et pour combien de personnes.")
    empty_text = _("Aucun service n'est ouvert.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(taken_count=Count("taken"))

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        with_names(row.enabled for row in listed)
        return listed

    @column(_("Service"), order="enabled__service_code")
    def service(self, row: Opening) -> str:
        return name_of_enabled(row.enabled)

    @column(_("Licences prises"))
    def taken(self, row: Any) -> str:
        if row.licences is None:
            return gettext("Sans limite")
        return gettext("%(taken)d sur %(licences)d") % {
            "taken": row.taken_count,
            "licences": row.licences,
        }


@admin.register(Licence, site=console_site)
class LicenceAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("opening", "user", "taken_at")
    list_select_related = ("opening__enabled", "opening__college", "opening__school_class", "user")
    ordering = ("-taken_at", "-pk")

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        with_names(row.opening.enabled for row in listed)
        return listed

    explanation = _(
        "Une licence se prend à la première ouverture. Qui a quitté le collège la rend après un mois."
    )
    empty_text = _("Aucune licence n'est prise.")


@admin.register(Registration, site=console_site)
class RegistrationAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("service", "protocol", "name", "registered_at", "closed_at")
    list_select_related = ("enabled",)
    list_filter = ("protocol",)
    ordering = ("closed_at", "enabled__service_code", "pk")
    hides = ("secret_digest", "enabled", "saml")
    words: ClassVar = {
        "redirect_uris": addresses,
        "post_logout_uris": addresses,
    }
    acts = ("close-registration",)
    explanation = _("Comment chaque service connecte les personnes. Personne ne lit ses secrets.")
    empty_text = _("Aucun service ne connecte encore personne.")

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        with_names(row.enabled for row in listed if row.enabled)
        return listed

    @column(_("Service"), order="enabled__service_code")
    def service(self, row: Registration) -> str:
        if row.departement_code or row.enabled is None:
            return portal_of(row.departement_code)
        return name_of_enabled(row.enabled)

    @column(_("Client ou adresse"))
    def name(self, row: Registration) -> str:
        return row.client_id or address(row.service_url or row.entity_id)

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        return partner_tables(row, on=timezone.localdate())


@admin.register(SigningKey, site=console_site)
class SigningKeyAdmin(ReadOnlyAdmin):
    reads = _READS
    list_display = ("name", "state", "made_at", "retired_at")
    ordering = ("state", "-pk")
    hides = ("sealed_private", "public_jwk", "kid")
    words: ClassVar = {"certificate": fingerprint}
    acts = ("rotate-keys",)
    explanation = _("Les clés qui signent ce que les services reçoivent.")
    empty_text = _("Les clés naissent avec le premier service inscrit.")

    @column(_("Nom"), order="kid")
    def name(self, row: SigningKey) -> str:
        return row.kid[:SHOWN_KID]
