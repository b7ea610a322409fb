"""Régies, monthly runs, their anomalies, and invoices, to read. Amounts are cents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import (
    Anomaly,
    BillingRun,
    CreditNote,
    CreditNoteLine,
    Dispute,
    Invoice,
    InvoiceLine,
    Regie,
)
from billing.invoicing.queries import credit_notes_of, due_cents, over_paid_cents
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

    acts = ("credit-invoice", "cancel-invoice")

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        credited = sum(note.total_cents for note in credit_notes_of(row))
        found = [*super().details(request, row)]
        if credited:
            found.append(Detail(gettext("Crédité par des avoirs"), format_euros(credited)))
        found.append(Detail(gettext("Reste à payer"), format_euros(due_cents(row))))
        if over_paid := over_paid_cents(row):
            found.append(Detail(gettext("À rembourser"), format_euros(over_paid)))
        url = reverse("console:invoice-document", args=[row.public_id])
        found.append(Detail(gettext("Document"), gettext("Facture en PDF"), url=url))
        return found

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_invoice(row)


@admin.register(CreditNote, site=console_site)
class CreditNoteAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "number",
        "invoice",
        "kind",
        amount("total_cents", _("Total")),
        amount("over_paid_cents", _("À rembourser")),
        "issued_on",
    )
    list_select_related = ("invoice",)
    list_filter = ("kind",)
    search_exact = ("number", "invoice__number")
    search_help_text = _("Numéro entier de l'avoir ou de la facture.")
    ordering = ("-pk",)
    explanation = _("Un avoir corrige une facture émise, et ne change plus.")
    empty_text = _("Aucun avoir n'est encore émis.")

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        document = Detail(
            gettext("Document"),
            gettext("Avoir en PDF"),
            url=reverse("console:credit-note-document", args=[row.public_id]),
        )
        return [*super().details(request, row), document]

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_credit_note(row)


@admin.register(CreditNoteLine, site=console_site)
class CreditNoteLineAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "credit_note",
        "invoice_line",
        "quantity",
        amount("amount_cents", _("Montant")),
    )
    list_select_related = ("credit_note", "invoice_line__invoice")
    search_exact = ("credit_note__number",)
    search_help_text = _("Numéro d'avoir, entier.")
    ordering = ("-credit_note_id", "pk")


@admin.register(Dispute, site=console_site)
class DisputeAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("opened_at", "guardian", "invoice", "text", "state", "answered_at")
    list_select_related = ("guardian", "invoice_line__invoice")
    list_filter = ("state",)
    search_prefixes = ("guardian__search_key",)
    search_exact = ("invoice_line__invoice__number",)
    search_help_text = _("Numéro de facture entier, ou début du nom du responsable.")
    ordering = ("-state", "opened_at", "pk")
    explanation = _(
        "Ce que les familles disent faux dans leurs factures, les plus anciennes d'abord."
    )
    empty_text = _("Aucune famille n'a signalé d'erreur.")
    acts = ("accept-dispute", "refuse-dispute")

    @column(_("Facture"), order="invoice_line__invoice__number")
    def invoice(self, row: Any) -> str:
        return str(row.invoice_line.invoice)

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        return Drawer(self.admin_site, request).of_invoice(row.invoice_line.invoice)


@admin.register(InvoiceLine, site=console_site)
class InvoiceLineAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("invoice", "label", "quantity", amount("amount_cents", _("Montant")))
    list_select_related = ("invoice",)
    search_exact = ("invoice__number",)
    search_help_text = _("Numéro de facture, entier.")
    ordering = ("-invoice_id", "pk")
