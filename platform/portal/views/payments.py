"""Paying an invoice: to the provider's page, back from it, and how the payment stands."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from billing.invoicing.queries import due_cents, invoices_of
from billing.payments import operations, queries
from billing.payments.access import access_own_payment, access_payable_invoices
from billing.payments.models import Payment
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from portal.doors import family_page, lead_to, show
from portal.forms import AmountForm
from portal.proving import proved_here
from portal.screens.paying import payable
from portal.screens.payments import payments_page
from portal.views.invoices import invoice_page
from ui.errors import explain
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from billing.invoicing.models import Invoice


@family_page("POST")
@proved_here
def pay(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin to pay what is left of an invoice, or the part that is asked for."""
    (invoice,) = access_payable_invoices(request.user, [public_id])
    back = reverse("portal:invoice", args=[public_id])
    if "amount" not in request.POST:
        return _begin(request, [(invoice, due_cents(invoice))], back=back)
    form = AmountForm(request.POST)
    if not form.is_valid():
        return invoice_page(request, invoice, part_form=form, status=422)
    try:
        return _begin(request, [(invoice, form.cents())], back=back)
    except (operations.MoreThanDue, operations.AmountBeyondLimits) as error:
        form.add_error("amount", str(explain(error)))
        return invoice_page(request, invoice, part_form=form, status=422)


@family_page("POST")
@proved_here
def pay_together(request: SignedInRequest) -> HttpResponse:
    """Begin to pay, at once, all that is left of all one's invoices."""
    parts = [(invoice, due_cents(invoice)) for invoice in payable(invoices_of(request.user))]
    return _begin(request, parts, back=reverse("portal:invoices"))


def _begin(
    request: SignedInRequest, parts: list[tuple[Invoice, int]], *, back: str
) -> HttpResponse:
    """Go to the provider's page; back, with words, when there is nothing to begin.

    :raises MoreThanDue, AmountBeyondLimits: the amount was chosen, and can be corrected
    """
    try:
        payment = operations.start_payment(
            parts=parts,
            return_url=lambda key: request.build_absolute_uri(
                reverse("portal:payment-return", args=[key])
            ),
            email=request.user.email or "",
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except operations.PaymentUnderWay as error:
        messages.info(request, str(explain(error)))
        return _to_the_one_under_way(request, str(error.details.get("payment", "")), back)
    except (operations.MoreThanDue, operations.AmountBeyondLimits) as error:
        if "amount" in request.POST:
            raise
        messages.error(request, str(explain(error)))
        return redirect(back)
    except DomainError as error:
        messages.error(request, str(explain(error)))
        return redirect(back)
    return _go(request, payment)


def _to_the_one_under_way(request: SignedInRequest, payment_id: str, back: str) -> HttpResponse:
    try:
        found = access_own_payment(request.user, uuid.UUID(payment_id))
    except (NotFound, ValueError):
        return redirect(back)
    return redirect("portal:payment", found.public_id)


def _go(request: SignedInRequest, payment: Payment) -> HttpResponse:
    """To the provider's page; to ours when it does not answer."""
    try:
        payment = operations.open_checkout(payment=payment, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))
    if payment.state == Payment.State.OPEN:
        return HttpResponse(status=303, headers={"Location": payment.checkout_url})
    return redirect("portal:payment", payment.public_id)


@family_page("POST")
@proved_here
def resume(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Go again to the provider's page."""
    return _go(request, access_own_payment(request.user, public_id))


@family_page("POST")
def leave(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a payment up, unless it was paid meanwhile."""
    payment = access_own_payment(request.user, public_id)
    _ask(request, payment, operations.leave_payment)
    return redirect("portal:payment", public_id)


@family_page("GET")
def come_back(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Back from the provider's page: the provider is asked, the address proves nothing."""
    payment = access_own_payment(request.user, public_id)
    if payment.is_under_way:
        _ask(request, payment, operations.look_at_payment)
    return redirect("portal:payment", public_id)


def _ask(request: SignedInRequest, payment: Payment, act: operations.Asking) -> None:
    try:
        act(payment=payment, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))


@family_page()
def payments(request: SignedInRequest) -> HttpResponse:
    """What is left to pay, what was paid, and the documents that prove it."""
    page = payments_page(request.user, on=timezone.localdate())
    return show(request, "portal/pages/payments.html", {"page": page})


@family_page()
def payment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """How a payment stands, and what one can do."""
    found = access_own_payment(request.user, public_id)
    context = {
        "payment": found,
        "parts": queries.parts_of(found),
        "refunds": queries.refunds_done_of(found.pk),
    }
    response = show(request, "portal/pages/payment.html", context)
    return lead_to(response, settings.CHECKOUT_ORIGIN)
