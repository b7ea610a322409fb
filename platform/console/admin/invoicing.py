"""Régies, monthly runs, their anomalies, and invoices, to read. Amounts are cents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import Anomaly, BillingRun, Invoice, InvoiceLine, Regie
from billing.invoicing.queries import due_cents
from commons.money import format_euros
from console import anomaly_queries
from console.around import Drawer, Table
from console.filters import WaitingFilter
from console.readonly import ReadOnlyAdmin, amount, column
from console.records import NOTHING, Detail
from console.sites import console_site
from console.words import SUBJECTS, said
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest


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
    list_display = ("code", "who", "severity", "run", "answer", "answered_at")
    list_select_related = ("run",)
    list_filter = (WaitingFilter, "severity", "code")
    words: ClassVar = {
        "code": anomaly_queries.title_of,
        "subject_type": said(SUBJECTS),
    }
    ordering = ("-run__month", "severity", "code", "pk")
    hides = ("subject_type", "subject_id", "details")

    @column(_("Sur qui"))
    def who(self, row: Any) -> str:
        return str(row.described.who)

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        for row, described in zip(listed, anomaly_queries.described(listed), strict=True):
            row.described = described
        return listed

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        (found,) = anomaly_queries.described([row])
        return [
            Detail(gettext("Sur qui"), found.who, url=found.url),
            Detail(gettext("Ce qui est étrange"), found.sentence or NOTHING),
            Detail(gettext("Que faire"), found.advice or NOTHING),
            *super().details(request, row),
        ]


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
    hides = ("payer_first_name", "payer_last_name", "regie_name")

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        left = Detail(gettext("Reste à payer"), format_euros(due_cents(row)))
        document = Detail(
            gettext("Document"),
            gettext("Facture en PDF"),
            url=reverse("console:invoice-document", args=[row.public_id]),
        )
        return [*super().details(request, row), left, document]

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_invoice(row)


@admin.register(InvoiceLine, site=console_site)
class InvoiceLineAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("invoice", "label", "quantity", amount("amount_cents", _("Montant")))
    list_select_related = ("invoice",)
    search_exact = ("invoice__number",)
    search_help_text = _("Numéro de facture, entier.")
    ordering = ("-invoice_id", "pk")
