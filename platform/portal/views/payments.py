"""Paying an invoice: to the provider's page, back from it, and how the payment stands."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from billing.invoicing.queries import due_cents
from billing.payments import operations, queries
from billing.payments.access import access_own_payment, access_payable_invoices
from billing.payments.models import Payment
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from portal.doors import family_page, lead_to, show
from portal.screens.payments import payments_page
from ui.errors import explain
from ui.requests import SignedInRequest


@family_page("POST")
def pay(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin to pay what is left of an invoice, and go to the provider's page."""
    (invoice,) = access_payable_invoices(request.user, [public_id])
    try:
        payment = operations.start_payment(
            parts=[(invoice, due_cents(invoice))],
            return_url=lambda key: request.build_absolute_uri(
                reverse("portal:payment-return", args=[key])
            ),
            email=request.user.email,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except operations.PaymentUnderWay as error:
        messages.info(request, str(explain(error)))
        return _to_the_one_under_way(request, str(error.details.get("payment", "")), public_id)
    except DomainError as error:
        messages.error(request, str(explain(error)))
        return redirect("portal:invoice", public_id)
    return _go(request, payment)


def _to_the_one_under_way(
    request: SignedInRequest, payment_id: str, invoice_id: uuid.UUID
) -> HttpResponse:
    try:
        found = access_own_payment(request.user, uuid.UUID(payment_id))
    except (NotFound, ValueError):
        return redirect("portal:invoice", invoice_id)
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
        "refunds": queries.refunds_done_of(found),
    }
    response = show(request, "portal/pages/payment.html", context)
    return lead_to(response, settings.CHECKOUT_ORIGIN)
