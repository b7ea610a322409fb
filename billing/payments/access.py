"""Who may see a payment, and pay an invoice. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from billing.invoicing.models import Invoice
from billing.invoicing.queries import with_credits
from billing.payments import queries
from billing.payments.models import Notice, Payment, Refund
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_own_payment(user: User, public_id: uuid.UUID) -> Payment:
    """
    A payment the user made: nobody else continues it or leaves it.

    :raises NotFound: if absent, or another's
    """
    payment = (
        Payment.objects.filter(public_id=public_id, payer__user=user)
        .select_related("merchant", "payer")
        .first()
    )
    if payment is None:
        raise NotFound(payment=str(public_id))
    return payment


def access_payment(user: User, public_id: uuid.UUID) -> Payment:
    """
    A payment, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    payment = None
    if user.can(Capability.READ_MONEY):
        payment = (
            Payment.objects.filter(public_id=public_id).select_related("merchant", "payer").first()
        )
    if payment is None:
        raise NotFound(payment=str(public_id))
    return payment


def access_paid_payment(user: User, public_id: uuid.UUID) -> Payment:
    """
    A payment that is paid: the user's own, or any for the staff who read money.

    :raises NotFound: if absent, not paid, or not theirs to see
    """
    payments = Payment.objects.filter(public_id=public_id, state=Payment.State.PAID)
    if not user.can(Capability.READ_MONEY):
        payments = payments.filter(payer__user=user)
    payment = payments.select_related("merchant", "payer").first()
    if payment is None:
        raise NotFound(payment=str(public_id))
    return payment


def access_refund(user: User, public_id: uuid.UUID) -> Refund:
    """
    A refund, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    refund = None
    if user.can(Capability.READ_MONEY):
        refund = queries.refunds().filter(public_id=public_id).first()
    if refund is None:
        raise NotFound(refund=str(public_id))
    return refund


def access_notice(user: User, *, merchant_id: uuid.UUID, event_ref: str) -> Notice:
    """
    A notice of a provider, by the account and the provider's reference, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    notice = None
    if user.can(Capability.READ_MONEY):
        named = Notice.objects.filter(merchant__public_id=merchant_id, event_ref=event_ref)
        notice = named.select_related("merchant").first()
    if notice is None:
        raise NotFound(notice=event_ref)
    return notice


def access_payable_invoices(user: User, public_ids: Collection[uuid.UUID]) -> list[Invoice]:
    """
    The invoices the user pays themselves, in the order of their numbers.

    :raises NotFound: if one is absent, or somebody else's to pay
    """
    found = list(
        with_credits(Invoice.objects.filter(public_id__in=public_ids, payer__user=user))
        .select_related("ledger_account", "payer", "regie", "run")
        .order_by("number", "pk")
    )
    if len(found) != len(set(public_ids)):
        raise NotFound(invoices=[str(public_id) for public_id in public_ids])
    return found
