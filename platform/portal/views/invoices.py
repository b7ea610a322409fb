"""Invoices of the signed-in person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.invoicing import operations
from billing.invoicing.access import access_invoice, access_own_line
from billing.invoicing.queries import invoices_of
from billing.payments import queries as payments
from commons.actors import Actor
from commons.errors import DomainError
from portal.doors import family_page, lead_to, refuse, show
from portal.forms import AmountForm, DisputeForm
from portal.screens import bills, paying
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from billing.invoicing.models import Invoice


@family_page()
def invoices(request: SignedInRequest) -> HttpResponse:
    """All of them, latest first, and what is left to pay."""
    rows = list(invoices_of(request.user))
    found = bills.bills_of(rows, on=timezone.localdate())
    together = paying.payable_together(rows)
    context = {
        "invoices": found,
        "due_cents": sum(bill.due_cents for bill in found),
        "together": together,
    }
    response = show(request, "portal/pages/invoices.html", context)
    return lead_to(response, settings.CHECKOUT_ORIGIN) if together else response


@family_page()
def invoice(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One invoice, by child and by day."""
    return invoice_page(request, access_invoice(request.user, public_id))


def invoice_page(
    request: SignedInRequest,
    found: Invoice,
    *,
    part_form: AmountForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of an invoice; `part_form` is the one to correct, when one is."""
    page = bills.invoice_page(request.user, found, on=timezone.localdate())
    is_own = found.payer.user_id == request.user.pk
    payment = payments.under_way_for([found]) if is_own and page.bill.due_cents else None
    is_payable = (
        is_own
        and page.bill.due_cents > 0
        and payment is None
        and payments.open_merchant(found.regie_id) is not None
    )
    context = {
        "page": page,
        "invoice": page.bill,
        "payment": payment,
        "is_payable": is_payable,
        "part_form": (part_form or AmountForm()) if is_payable else None,
    }
    response = show(request, "portal/pages/invoice.html", context, status=status)
    return lead_to(response, settings.CHECKOUT_ORIGIN) if is_payable else response


@family_page("GET", "HEAD", "POST")
def dispute(request: SignedInRequest, public_id: uuid.UUID, line_id: uuid.UUID) -> HttpResponse:
    """Say what is wrong in a line of one's own invoice."""
    line = access_own_line(request.user, public_id, line_id)
    form = DisputeForm(request.POST if request.method == "POST" else None, days=line.days)
    if request.method == "POST" and form.is_valid():
        try:
            operations.dispute_line(
                line=line,
                text=form.cleaned_data["text"],
                days=form.cleaned_data.get("days", ()),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Votre message est envoyé. Nous vous répondrons."))
            return redirect("portal:invoice", public_id)
    context = {"form": form, "line": line, "invoice": line.invoice}
    status = 422 if form.errors else 200
    return show(request, "portal/invoices/dispute.html", context, status=status)
