"""What partners are paid, to read: statements, transfers, corrections, disputes, rules. Amounts are cents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commons.money import format_euros
from console import agents, around, columns
from console.acts.framework import url_for
from console.readonly import ReadOnlyAdmin, amount, column
from console.records import NOTHING, Detail, moment
from console.sites import console_site
from federation.passplus.models import (
    Correction,
    PartnerStatement,
    PayingAccount,
    Payout,
    ReimbursementRules,
    StatementDispute,
)
from federation.passplus.reimbursing import queries
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

SHOWN = 200


def _amount(cents: int) -> around.Cell:
    return around.Cell(format_euros(cents), css=columns.NUMBER)


class _Money(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    ordering = ("-pk",)


@admin.register(PartnerStatement, site=console_site)
class PartnerStatementAdmin(_Money):
    list_display = (
        "number_or_draft",
        "partner",
        amount("gross_cents", _("Validé")),
        amount("kept_cents", _("Part du Département")),
        amount("withheld_cents", _("Trop-payé retenu")),
        amount("due_cents", _("À verser")),
        "issued_at",
    )
    list_select_related = ("partner", "run")
    list_filter = ("run",)
    search_exact = ("number", "partner__siret")
    search_help_text = _("Numéro de relevé ou SIRET, entier.")
    explanation = _("Ce que chaque partenaire a validé sur une période, et ce qui lui est versé.")
    empty_text = _("Aucun partenaire n'a encore de relevé.")

    @column(_("Relevé"), order="number")
    def number_or_draft(self, row: Any) -> str:
        return row.number or gettext("À approuver")

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        pdf = Detail(gettext("Document"), NOTHING)
        if row.issued_at is not None:
            address = reverse("console:partner-statement-document", args=[row.public_id])
            pdf = Detail(gettext("Document"), gettext("Relevé en PDF"), url=address)
        owed = queries.owed_back_cents(row.partner)
        left = Detail(gettext("Encore à retenir à ce partenaire"), format_euros(owed))
        return [*super().details(request, row), left, pdf]

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        lines = queries.lines_of(row)[:SHOWN]
        tables = [
            around.Table(
                gettext("Lignes du relevé"),
                (gettext("Ticket ou ajout"), gettext("Validé le"), gettext("Validé"),
                 gettext("Versé")),
                tuple(
                    (
                        around.Cell(line.label),
                        around.Cell(moment(line.due_at), css=columns.SHORT),
                        _amount(line.gross_cents),
                        _amount(line.due_cents),
                    )
                    for line in lines
                ),
            )
        ]  # fmt: skip
        paid = list(queries.payouts().filter(statement=row))
        if paid:
            tables.append(
                around.Table(
                    gettext("Virements"),
                    (gettext("Référence"), gettext("Compte"), gettext("État"),
                     gettext("Montant")),
                    tuple(
                        (
                            around.Cell(
                                one.end_to_end_id,
                                url=reverse("console:passplus_payout_change", args=[one.pk]),
                            ),
                            around.Cell(f"… {one.iban.ending}"),
                            around.Cell(one.get_state_display()),
                            _amount(one.amount_cents),
                        )
                        for one in paid
                    ),
                )
            )  # fmt: skip
        return tables


@admin.register(Payout, site=console_site)
class PayoutAdmin(_Money):
    list_display = (
        "end_to_end_id",
        "partner",
        amount("amount_cents", _("Montant")),
        "state",
        "ending",
        "returned_on",
    )
    list_select_related = ("statement__partner", "iban", "order", "movement")
    list_filter = ("state",)
    search_exact = ("end_to_end_id", "statement__number", "statement__partner__siret")
    search_help_text = _("Référence de bout en bout, numéro de relevé ou SIRET, entier.")
    words: ClassVar = {
        "returned_by": agents.name_of_actor,
        "trusted_by": agents.name_of_actor,
    }
    acts = ("record-payout-return", "trust-iban-again")
    explanation = _("Un virement par relevé. Ce qui revient est dû de nouveau.")
    empty_text = _("Aucun virement n'a encore été demandé à la banque.")

    @column(_("Partenaire"), order="statement__partner__name")
    def partner(self, row: Any) -> str:
        return str(row.statement.partner)

    @column(_("Compte"))
    def ending(self, row: Any) -> str:
        return f"… {row.iban.ending}"


@admin.register(Correction, site=console_site)
class CorrectionAdmin(_Money):
    list_display = ("asked_at", "kind", "reason", "total", "state", "decided_at")
    list_filter = ("state", "kind")
    list_select_related = ("undoes",)
    words: ClassVar = {"asked_by": agents.name_of_actor, "decided_by": agents.name_of_actor}
    acts = ("approve-correction", "refuse-correction", "undo-correction")
    explanation = _("Une personne demande, une autre approuve. Rien ne se corrige autrement.")
    empty_text = _("Rien n'a encore été corrigé.")

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(lines_cents=Sum("lines__cents", default=0))

    @column(_("Montant"), cell_class=columns.NUMBER)
    def total(self, row: Any) -> str:
        return format_euros(row.lines_cents)

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        lines = queries.lines_of_correction(row)[:SHOWN]
        return [
            around.Table(
                gettext("Ce qui est corrigé"),
                (gettext("Partenaire"), gettext("Ticket"), gettext("Rendu à"),
                 gettext("Montant"), gettext("Part du partenaire")),
                tuple(
                    (
                        around.Cell(str(line.partner)),
                        around.Cell(line.ticket_name or NOTHING),
                        around.Cell(_returned_to(is_to_purse=line.is_to_purse)),
                        _amount(line.cents),
                        around.Cell(
                            NOTHING
                            if line.partner_cents is None
                            else format_euros(line.partner_cents),
                            css=columns.NUMBER,
                        ),
                    )
                    for line in lines
                ),
            )
        ]  # fmt: skip

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {}
        if request.user.can(Capability.PREPARE_PARTNER_PAYMENTS):
            more = {"new_url": url_for("ask-correction"), "new_title": gettext("Corriger")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})


def _returned_to(*, is_to_purse: bool | None) -> str:
    if is_to_purse is None:
        return NOTHING
    return gettext("Jeune") if is_to_purse else gettext("Département")


@admin.register(StatementDispute, site=console_site)
class StatementDisputeAdmin(_Money):
    list_display = ("opened_at", "partner", "text", "state", "answered_at")
    list_filter = ("state",)
    list_select_related = ("line__statement__partner",)
    words: ClassVar = {"opened_by": agents.name_of_actor, "answered_by": agents.name_of_actor}
    acts = ("answer-statement-dispute",)
    explanation = _("Ce qu'un partenaire ne comprend pas sur son relevé, ligne par ligne.")
    empty_text = _("Aucun partenaire ne conteste un relevé.")

    @column(_("Partenaire"), order="line__statement__partner__name")
    def partner(self, row: Any) -> str:
        return str(row.line.statement.partner)


@admin.register(ReimbursementRules, site=console_site)
class ReimbursementRulesAdmin(_Money):
    list_display = ("label", "valid_from", "valid_until", "is_illustrative", "published_at")
    ordering = ("-valid_from",)
    hides = ("digest",)
    explanation = _("Ce qui est versé d'un ticket validé, selon son jour. Sans règle : tout.")
    empty_text = _("Aucune règle n'est publiée : tout ce qui est validé est versé.")

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {}
        if request.user.can(Capability.MANAGE_PASSPLUS):
            more = {"new_url": url_for("publish-pricing"), "new_title": gettext("Publier")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})


@admin.register(PayingAccount, site=console_site)
class PayingAccountAdmin(_Money):
    list_display = ("holder", "iban_end", "bic", "opened_at", "closed_at")
    hides = ("sealed_iban",)
    explanation = _("Le compte d'où partent les virements. Son IBAN est scellé.")
    empty_text = _("Le compte qui paie les partenaires n'est pas enregistré.")

    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        more = {}
        if request.user.can(Capability.MANAGE_TENANT):
            more = {"new_url": url_for("open-paying-account"), "new_title": gettext("Enregistrer")}
        return super().changelist_view(request, extra_context={**more, **(extra_context or {})})
