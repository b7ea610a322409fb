"""Partners of the Pass+: what they ask, who they are, what they signed, and where they are paid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import agents, around, columns
from console.acts import url_for
from console.filters import YesFilter
from console.readonly import ReadOnlyAdmin, column
from console.records import Detail
from console.sites import console_site
from federation.passplus import queries, till_queries
from federation.passplus.agreeing import is_intact
from federation.passplus.models import (
    Partner,
    PartnerAgreement,
    PartnerApplication,
    PartnerIban,
    PartnerMember,
    PartnerTerms,
    SheetProposal,
    TicketKey,
)
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.passplus_texts import DOMAINS, SHEET
from ui.requests import SignedInRequest

SHOWN_KID = 8
READS = (Capability.MANAGE_PARTNERS, Capability.READ_MONEY)


def _domains(values: list[str]) -> str:
    return wording.and_list([str(DOMAINS[one]) for one in values]) or "–"


def _declared(values: list[dict[str, str]]) -> str:
    return " ".join(one["words"] for one in values) or "–"


def _articles(values: list[dict[str, str]]) -> str:
    return " · ".join(one["title"] for one in values)


def _sheet(values: dict[str, Any]) -> str:
    """Lines of a sheet: « Nom : Judo Club · Ville : Nanterre »."""
    said = {name: _domains(value) if name == "domains" else value for name, value in values.items()}
    return wording.typographic(
        " · ".join(f"{SHEET[name]} : {value or '–'}" for name, value in said.items())
    )


# An agent by name; the body itself, when its application did it.
_by = agents.NamedActors(nobody=_("La structure"))


def in_groups(digest: str) -> str:
    """A digest in groups of eight signs, which a narrow screen can put one under the other."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


class WaitingFilter(YesFilter):
    title = _("attend une réponse")
    parameter_name = "attend"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=PartnerApplication.State.SUBMITTED)


class ToReadFilter(YesFilter):
    title = _("à lire")
    parameter_name = "a_lire"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=SheetProposal.State.WAITING)


class ToConfirmFilter(YesFilter):
    title = _("à vérifier")
    parameter_name = "a_verifier"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(confirmed_at__isnull=True, closed_at__isnull=True)


class AffiliatedFilter(YesFilter):
    title = _("affilié aujourd'hui")
    parameter_name = "affilie"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(ended_at__isnull=True)


@admin.register(PartnerApplication, site=console_site)
class PartnerApplicationAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS,)
    list_display = ("name", "siret", "town", "state", "submitted_at", "twins")
    list_filter = (WaitingFilter, "state", "kind")
    search_exact = ("siret", "email")
    search_help_text = _("SIRET ou adresse électronique, en entier.")
    ordering = ("submitted_at", "pk")
    hides = ("sealed_iban",)
    words: ClassVar = {
        "answered_by": agents.name_of_actor,
        "domains": _domains,
        "declarations": _declared,
    }
    acts = ("accept-partner-application", "ask-partner-applicant", "refuse-partner-application")
    explanation = _("Les structures qui veulent accepter le Pass+. Les plus anciennes d'abord.")
    empty_text = _("Aucune demande de partenariat.")

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        twins = queries.twins_among(listed)
        for row in listed:
            row.has_twin = row.pk in twins
        return listed

    @column(_("Même SIRET"))
    def twins(self, row: Any) -> str:
        return gettext("Autre demande") if row.has_twin else "–"


@admin.register(Partner, site=console_site)
class PartnerAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS, Capability.READ_MONEY, Capability.READ_FILES)
    list_display = ("name", "siret", "town", "affiliated_at", "ended_at")
    list_filter = (AffiliatedFilter, "kind")
    search_prefixes = ("sort_key",)
    search_exact = ("siret",)
    search_help_text = _("Début du nom, ou SIRET.")
    ordering = ("sort_key", "pk")
    hides = ("search_key", "sort_key")
    words: ClassVar = {"domains": _domains}
    acts = ("change-partner", "invite-partner-member", "give-partner-iban", "end-partner")
    explanation = _("Où un Pass+ se dépense. Ce que voient les familles est dans l'annuaire.")
    empty_text = _("Aucun partenaire.")

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {}
        if request.user.can(Capability.MANAGE_PARTNERS):
            more = {"new_url": url_for("affiliate-partner"), "new_title": gettext("Affilier")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        """Who works there and who was invited, for who may change it."""
        if not request.user.can(Capability.MANAGE_PARTNERS):
            return []
        heads = (gettext("Personne"), gettext("Rôle"), gettext("Depuis"))
        people = [
            (
                around.Cell(
                    one.user.get_full_name(),
                    reverse("console:passplus_partnermember_change", args=[one.pk]),
                ),
                around.Cell(one.get_role_display()),
                around.Cell(wording.full_date(one.joined_at), css=columns.SHORT),
            )
            for one in till_queries.members_of(row)
        ]
        people += [
            (
                around.Cell(gettext("%(email)s, invitation partie") % {"email": one.email}),
                around.Cell(one.get_role_display()),
                around.Cell(wording.full_date(one.invited_at), css=columns.SHORT),
            )
            for one in till_queries.invitations_of(row, at=timezone.now())
        ]
        return [around.Table(gettext("Qui y travaille"), heads, tuple(people))] if people else []


@admin.register(PartnerMember, site=console_site)
class PartnerMemberAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS,)
    list_display = ("user", "partner", "role", "joined_at", "ended_at")
    list_select_related = ("user", "partner")
    list_filter = ("role",)
    search_prefixes = ("partner__sort_key",)
    search_help_text = _("Début du nom du partenaire.")
    ordering = ("-joined_at", "-pk")
    acts = ("end-partner-member",)
    explanation = _("Qui valide des tickets pour un partenaire, et qui gère son équipe.")
    empty_text = _("Personne ne travaille encore pour un partenaire.")


@admin.register(PartnerAgreement, site=console_site)
class PartnerAgreementAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS,)
    list_display = ("partner", "terms", "signer_name", "signed_at")
    list_select_related = ("partner", "terms", "application")
    ordering = ("-signed_at", "-pk")
    hides = ("document",)
    words: ClassVar = {"sha256": in_groups}
    explanation = _("Chaque convention, gardée octet pour octet, avec son empreinte.")
    empty_text = _("Aucune convention signée.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("document")

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        intact = gettext("Oui") if is_intact(row) else gettext("Non : prévenez l'exploitant")
        return [
            *super().details(request, row),
            Detail(gettext("Document conforme à l'empreinte"), intact),
            Detail(
                gettext("Document"),
                gettext("Convention signée (PDF)"),
                url=reverse("console:partner-agreement-document", args=[row.public_id]),
            ),
        ]


@admin.register(PartnerIban, site=console_site)
class PartnerIbanAdmin(ReadOnlyAdmin):
    reads = READS
    list_display = ("partner", "holder", "ending", "given_at", "confirmed_at", "closed_at")
    list_select_related = ("partner",)
    list_filter = (ToConfirmFilter,)
    search_prefixes = ("partner__sort_key",)
    search_help_text = _("Début du nom du partenaire.")
    ordering = ("-given_at", "-pk")
    hides = ("sealed_iban",)
    words: ClassVar = {"given_by": _by, "confirmed_by": agents.name_of_actor}
    acts = ("confirm-partner-iban",)
    explanation = _("Un compte ne sert qu'une fois vérifié. Personne n'en lit le numéro ici.")
    empty_text = _("Aucun compte bancaire de partenaire.")


@admin.register(SheetProposal, site=console_site)
class SheetProposalAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS,)
    list_display = ("partner", "after", "state", "proposed_at", "decided_at")
    list_select_related = ("partner",)
    list_filter = (ToReadFilter,)
    search_prefixes = ("partner__sort_key",)
    search_help_text = _("Début du nom du partenaire.")
    ordering = ("-proposed_at", "-pk")
    words: ClassVar = {
        "before": _sheet,
        "after": _sheet,
        "proposed_by": _by,
        "decided_by": agents.name_of_actor,
    }
    acts = ("accept-partner-sheet", "refuse-partner-sheet")
    explanation = _("Ce que des partenaires demandent de changer dans leur fiche.")
    empty_text = _("Aucune demande de changement.")


@admin.register(PartnerTerms, site=console_site)
class PartnerTermsAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PARTNERS,)
    list_display = ("version", "title", "least_years", "is_illustrative", "published_at")
    ordering = ("-pk",)
    words: ClassVar = {"articles": _articles}
    acts = ("publish-partner-terms",)
    explanation = _("La version la plus récente est celle qui se signe.")
    empty_text = _("Aucun texte publié : le modèle servira, et le dira.")


@admin.register(TicketKey, site=console_site)
class TicketKeyAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_PASSPLUS,)
    list_display = ("name", "state", "made_at", "replaced_at")
    ordering = ("state", "-pk")
    hides = ("sealed_private", "public_jwk", "kid")
    acts = ("replace-ticket-key",)
    explanation = _("Les clés qui signent les tickets. Une clé remplacée se lit encore sur papier.")
    empty_text = _("La clé naît avec la première campagne.")

    @column(_("Nom"), order="kid")
    def name(self, row: TicketKey) -> str:
        return row.kid[:SHOWN_KID]
