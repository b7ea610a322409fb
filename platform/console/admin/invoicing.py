"""Régies, monthly runs, their anomalies, and invoices, to read. Amounts are cents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import Anomaly, BillingRun, Invoice, InvoiceLine, Regie
from console import anomaly_queries
from console.filters import WaitingFilter
from console.readonly import ReadOnlyAdmin, amount
from console.sites import console_site
from console.words import SUBJECTS, said
from tenants.accounts.capabilities import Capability


@admin.register(Regie, site=console_site)
class RegieAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("code", "name", "siret", "revenue_account")
    list_select_related = ("revenue_account",)
    ordering = ("code",)


@admin.register(BillingRun, site=console_site)
class BillingRunAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("month", "regie", "state", "prepared_at", "issued_at")
    list_select_related = ("regie",)
    list_filter = ("state",)
    ordering = ("-month", "-pk")

    def page_of(self, row: Any) -> str:
        return reverse("console:billing-run", args=[row.public_id])


@admin.register(Anomaly, site=console_site)
class AnomalyAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("code", "severity", "run", "answer", "answered_at")
    list_select_related = ("run",)
    list_filter = (WaitingFilter, "severity", "code")
    words: ClassVar = {
        "code": anomaly_queries.title_of,
        "subject_type": said(SUBJECTS),
    }
    ordering = ("-run__month", "severity", "pk")


@admin.register(Invoice, site=console_site)
class InvoiceAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "number",
        "payer_last_name",
        "payer_first_name",
        "month",
        amount("total_cents", _("Total")),
        "due_on",
    )
    list_filter = ("month",)
    search_prefixes = ("payer__search_key",)
    search_exact = ("number",)
    search_help_text = _("Numéro entier, ou début du nom du payeur.")
    ordering = ("-pk",)
    explanation = _("Une facture émise ne change plus.")
    empty_text = _("Aucune facture n'est encore émise.")


@admin.register(InvoiceLine, site=console_site)
class InvoiceLineAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("invoice", "label", "quantity", amount("amount_cents", _("Montant")))
    list_select_related = ("invoice",)
    search_exact = ("invoice__number",)
    search_help_text = _("Numéro de facture, entier.")
    ordering = ("-invoice_id", "pk")
