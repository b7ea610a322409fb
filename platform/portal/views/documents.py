"""Documents to keep, as PDF: an invoice, a receipt, what was paid in a year."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils import timezone

from billing.invoicing.access import access_credit_note, access_invoice
from billing.payments import receipts
from billing.payments.access import access_paid_payment
from commons.errors import NotFound
from portal.doors import family_page
from portal.screens.payments import year_named
from ui.documents.credit_notes import credit_note_file
from ui.documents.files import answer
from ui.documents.invoices import invoice_file
from ui.documents.payments import certificate_file, receipt_file
from ui.requests import SignedInRequest


@family_page()
def invoice_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/factures/<uuid>/facture.pdf`"""
    found = access_invoice(request.user, public_id)
    return answer(invoice_file(found, at=timezone.now()))


@family_page()
def credit_note_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/avoirs/<uuid>/avoir.pdf`"""
    found = access_credit_note(request.user, public_id)
    return answer(credit_note_file(found, at=timezone.now()))


@family_page()
def receipt_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/paiements/<uuid>/recu.pdf`; a payment that is not paid has none."""
    receipt = receipts.receipt_of(access_paid_payment(request.user, public_id))
    if receipt is None:  # taken back by the bank since it was found
        raise NotFound(payment=str(public_id))
    return answer(receipt_file(receipt, at=timezone.now()))


@family_page()
def certificate_document(request: SignedInRequest, year: str) -> HttpResponse:
    """`/paiements/attestations/2024-2025/attestation.pdf`, or of a calendar year: `2024`."""
    found = year_named(year)
    paid = receipts.paid_over(request.user, found.period) if found else None
    if paid is None:
        raise NotFound(year=year)
    return answer(certificate_file(paid, name=year, at=timezone.now()))
