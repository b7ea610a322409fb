"""Payments, where they are made, and what the providers said, to read. Amounts are cents."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.payments.models import Merchant, Notice, Payment, PaymentPart, Refund
from console import agents
from console.filters import ToLookAtFilter, UnhandledFilter
from console.readonly import ReadOnlyAdmin, amount, column
from console.records import NOTHING, Detail
from console.sites import console_site
from console.words import PROBLEMS, REFUND_FAILURES, notice_kind, said
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest


@admin.register(Merchant, site=console_site)
class MerchantAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("regie", "provider", "account_ref", "is_live", "opened_at", "closed_at")
    list_select_related = ("regie",)
    ordering = ("-pk",)
    hides = ("sealed_credentials",)
    explanation = _(
        "Où une régie est payée en ligne. Ses clés sont scellées : personne ne les lit."
    )
    empty_text = _("Aucune régie n'est payée en ligne.")


@admin.register(Payment, site=console_site)
class PaymentAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "created_at",
        "payer",
        amount("amount_cents", _("Montant")),
        "state",
        "problem",
        "settled_at",
    )
    list_select_related = ("payer",)
    list_filter = (ToLookAtFilter, "state")
    search_prefixes = ("payer__search_key",)
    search_exact = ("checkout_ref", "provider_ref")
    search_help_text = _(
        "Début du nom du payeur, ou référence entière : du reçu, ou du prestataire."
    )
    ordering = ("-pk",)
    hides = ("checkout_ref", "checkout_url", "return_url", "provider_ref")
    acts = ("ask-refund", "ask-provider-again", "answer-payment", "close-unknown-payment")
    words: ClassVar = {"problem": said(PROBLEMS), "answered_by": agents.name_of_actor}
    empty_text = _("Personne n'a encore payé en ligne.")

    def get_search_results(
        self, request: SignedInRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the reference of a receipt too, as the family reads it."""
        try:
            reference = uuid.UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(public_id=reference), False

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        receipt = Detail(gettext("Document"), NOTHING)
        if row.state == Payment.State.PAID:
            address = reverse("console:receipt-document", args=[row.public_id])
            receipt = Detail(gettext("Document"), gettext("Reçu en PDF"), url=address)
        reference = Detail(gettext("Référence du reçu"), str(row.public_id))
        return [*super().details(request, row), reference, receipt]


@admin.register(PaymentPart, site=console_site)
class PaymentPartAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("payment", "invoice", amount("amount_cents", _("Montant")))
    list_select_related = ("payment", "invoice")
    search_exact = ("invoice__number",)
    search_help_text = _("Numéro de facture, entier.")
    ordering = ("-pk",)


@admin.register(Refund, site=console_site)
class RefundAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "asked_at",
        "payer",
        amount("amount_cents", _("Montant")),
        "state",
        "reason",
        "settled_at",
    )
    list_select_related = ("part__payment__payer", "part__invoice")
    list_filter = ("state",)
    search_prefixes = ("part__payment__payer__search_key",)
    search_exact = ("part__invoice__number", "provider_ref")
    search_help_text = _("Début du nom du payeur, ou numéro de facture entier.")
    ordering = ("-pk",)
    hides = ("provider_ref", "hold")
    words: ClassVar = {
        "asked_by": agents.name_of_actor,
        "decided_by": agents.name_of_actor,
        "failure": said(REFUND_FAILURES),
    }
    acts = ("approve-refunds", "refuse-refunds")
    explanation = _("Une personne demande, une autre approuve. Alors l'argent part.")
    empty_text = _("Personne n'a encore demandé de remboursement.")

    @column(_("Payeur"), order="part__payment__payer__sort_key")
    def payer(self, row: Any) -> str:
        return str(row.part.payment.payer)


@admin.register(Notice, site=console_site)
class NoticeAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("received_at", "kind", "payment", "handled_at")
    list_filter = (UnhandledFilter,)
    words: ClassVar = {"kind": notice_kind}
    acts = ("handle-notices-again",)
    list_select_related = ("payment", "merchant")
    search_exact = ("event_ref", "checkout_ref", "provider_ref")
    search_help_text = _("Référence entière du prestataire.")
    hides = ("event_ref", "checkout_ref", "provider_ref", "digest")
    ordering = ("-pk",)
    empty_text = _("Aucun avis n'est encore arrivé.")
