"""The ledger, to read: accounts and the transfers between them. Amounts are cents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing.invoicing.queries import numbers_by_account
from billing.ledger.models import Account, Transfer
from commons.money import format_euros
from console import columns, records
from console.readonly import ReadOnlyAdmin, column
from console.records import NOTHING
from console.sites import console_site
from console.words import TRANSFER_NATURES, said
from tenants.accounts.capabilities import Capability


@admin.register(Account, site=console_site)
class AccountAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = ("code", "kind", "name", "invoice_number", "debited", "credited", "closed_at")
    words: ClassVar = {
        "debits_pending": format_euros,
        "debits_posted": format_euros,
        "credits_pending": format_euros,
        "credits_posted": format_euros,
    }
    list_filter = ("kind",)
    search_exact = ("code", "name__istartswith")
    search_help_text = _("Code entier, ou début du libellé.")
    ordering = ("code",)
    explanation = _("Un solde ne se corrige jamais : on passe une écriture.")

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        listed = list(rows)
        numbers = numbers_by_account(listed)
        for row in listed:
            row.invoice_number = numbers.get(row.pk, NOTHING)
        return listed

    @column(_("Facture"), cell_class=columns.SHORT)
    def invoice_number(self, row: Any) -> str:
        return str(row.invoice_number)

    @column(_("Débits"), order="debits_posted", cell_class=columns.NUMBER)
    def debited(self, row: Account) -> str:
        return records.euros(row.debits_posted)

    @column(_("Crédits"), order="credits_posted", cell_class=columns.NUMBER)
    def credited(self, row: Account) -> str:
        return records.euros(row.credits_posted)


@admin.register(Transfer, site=console_site)
class TransferAdmin(ReadOnlyAdmin):
    reads = (Capability.READ_MONEY,)
    list_display = (
        "booked_at",
        "code",
        "kind",
        "amount_cents",
        "debit_account",
        "credit_account",
    )
    list_select_related = ("debit_account__invoice", "credit_account__invoice")
    list_filter = ("kind",)
    words: ClassVar = {**ReadOnlyAdmin.words, "code": said(TRANSFER_NATURES)}
    search_exact = ("reference", "debit_account__code", "credit_account__code")
    search_help_text = _("Référence ou code de compte, entier.")
    ordering = ("-pk",)
