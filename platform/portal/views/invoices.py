"""Invoices of the signed-in person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from billing.invoicing.access import access_invoice
from billing.payments import queries as payments
from portal.doors import family_page, lead_to, show
from portal.screens import bills
from ui.requests import SignedInRequest


@family_page()
def invoices(request: SignedInRequest) -> HttpResponse:
    """All of them, latest first, and what is left to pay."""
    found = bills.invoices_of(request.user, on=timezone.localdate())
    context = {"invoices": found, "due_cents": sum(bill.due_cents for bill in found)}
    return show(request, "portal/pages/invoices.html", context)


@family_page()
def invoice(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One invoice, by child and by day."""
    found = access_invoice(request.user, public_id)
    page = bills.invoice_page(request.user, found, on=timezone.localdate())
    is_own = found.payer.user_id == request.user.pk
    payment = payments.under_way_for([found]) if is_own and page.bill.due_cents else None
    context = {
        "page": page,
        "invoice": page.bill,
        "payment": payment,
        "is_payable": is_own
        and page.bill.due_cents > 0
        and payment is None
        and payments.open_merchant(found.regie_id) is not None,
    }
    response = show(request, "portal/pages/invoice.html", context)
    return lead_to(response, settings.CHECKOUT_ORIGIN) if context["is_payable"] else response
