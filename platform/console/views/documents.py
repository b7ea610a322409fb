"""The documents of a family, as the family has them."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.invoicing.access import access_credit_note, access_invoice
from billing.payments.access import access_paid_payment
from billing.payments.receipts import receipt_of
from billing.rights import operations as rights
from billing.rights.access import access_document
from commons.actors import Actor
from commons.upload_requests import document_response
from console.views.frame import requires
from federation.passplus.partner_access import access_agreement
from federation.passplus.registrations import operations as registrations
from federation.passplus.registrations.access import access_registration_document
from tenants.accounts.capabilities import Capability
from ui.documents.credit_notes import credit_note_file
from ui.documents.files import File, answer, plain_name
from ui.documents.invoices import invoice_file
from ui.documents.payments import receipt_file
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.READ_MONEY)
def invoice_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/factures/<uuid>/facture.pdf`"""
    return answer(invoice_file(access_invoice(request.user, public_id), at=timezone.now()))


@require_safe
@requires(Capability.READ_MONEY)
def credit_note_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/avoirs/<uuid>/avoir.pdf`"""
    found = access_credit_note(request.user, public_id)
    return answer(credit_note_file(found, at=timezone.now()))


@require_safe
@requires(Capability.READ_MONEY)
def receipt_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/paiements/<uuid>/recu.pdf`; a payment that is not paid has none."""
    receipt = receipt_of(access_paid_payment(request.user, public_id))
    if receipt is None:  # taken back by the bank since it was found
        raise Http404
    return answer(receipt_file(receipt, at=timezone.now()))


@require_safe
@requires(Capability.DECIDE_PRICES)
def rights_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/droits/pieces/<uuid>/`; who opens it is written down."""
    found = access_document(request.user, public_id)
    rights.open_document(document=found, actor=Actor.user(request.user), at=timezone.now())
    return document_response(found.storage_name, title=str(found.get_kind_display()))


@require_safe
@requires(Capability.DECIDE_REGISTRATIONS)
def registration_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/pass-plus/inscriptions/pieces/<uuid>/`; who opens it is written down."""
    found = access_registration_document(request.user, public_id)
    registrations.open_document(document=found, actor=Actor.user(request.user), at=timezone.now())
    return document_response(found.storage_name, title=str(found.get_kind_display()))


@require_safe
@requires(Capability.MANAGE_PARTNERS)
def partner_agreement(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What a partner signed, byte for byte."""
    found = access_agreement(request.user, public_id)
    return answer(
        File(plain_name("convention-pass-plus", found.partner.siret), bytes(found.document))
    )
