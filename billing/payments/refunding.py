"""Giving money back: asked by one person, decided by another, done by the worker at the provider's.

What is asked for counts at once, under the lock of the payment: two refunds never take the same
cents. From the approval on it is held in the ledger, from the invoice's account to the clearing
account; it is booked when the provider says so. A refund leaves the invoice owed again, unless a
credit note took it away before.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import F, Sum

from billing.invoicing.operations import take_or_keep
from billing.ledger.models import TransferKind
from billing.ledger.operations import TransferRequest, post
from billing.payments import queries
from billing.payments.models import Payment, PaymentPart, Refund
from billing.payments.providers import provider_of
from billing.payments.providers.protocol import (
    ProviderRefused,
    RefundOrder,
    RefundOutcome,
    RefundProgress,
)
from billing.payments.settling import PAYMENTS, lock_payment, resolve_refund, uncount_refund
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event

_State = Refund.State
_FORWARD: dict[str, dict[RefundProgress, str]] = {
    _State.APPROVED: {
        RefundProgress.SENT: _State.SENT,
        RefundProgress.DONE: _State.DONE,
        RefundProgress.FAILED: _State.FAILED,
    },
    _State.SENT: {RefundProgress.DONE: _State.DONE, RefundProgress.FAILED: _State.FAILED},
    # Rare, and days later: the person's bank did not take it.
    _State.DONE: {RefundProgress.FAILED: _State.FAILED},
}


class NothingToRefund(DomainError):
    """No amount, or no reason why."""

    code = "PAYMENT_REFUND_OF_NOTHING"


class NotRefundable(DomainError):
    """The payment is not paid: there is nothing to give back."""

    code = "PAYMENT_NOT_REFUNDABLE"


class RefundNotOffered(DomainError):
    """The provider gives nothing back when asked: the régie does so by transfer."""

    code = "PAYMENT_REFUND_NOT_OFFERED"


class RefundBeyondPaid(DomainError):
    """More than what is left to give back of what was paid."""

    code = "PAYMENT_REFUND_BEYOND_PAID"


class RefundByTheSamePerson(DomainError):
    """Who asked for a refund does not approve it."""

    code = "PAYMENT_REFUND_BY_THE_SAME_PERSON"


class RefundAlreadyDecided(DomainError):
    """Somebody decided meanwhile."""

    code = "PAYMENT_REFUND_ALREADY_DECIDED"


@transaction.atomic(durable=True)
def ask_refund(
    *, part: PaymentPart, amount_cents: int, reason: str, actor: Actor, at: datetime.datetime
) -> Refund:
    """
    Ask that a part of what was paid of an invoice be given back. Nothing leaves yet.

    :raises NothingToRefund: if there is no amount, or no reason
    :raises NotRefundable: if the payment is not paid
    :raises RefundNotOffered: if its provider gives nothing back when asked
    :raises RefundBeyondPaid: if it is more than what is left of what was paid
    """
    if amount_cents <= 0 or not reason.strip():
        raise NothingToRefund
    payment = lock_payment(part.payment)
    if payment.state != Payment.State.PAID:
        raise NotRefundable(payment=str(payment.public_id), state=payment.state)
    if not provider_of(payment.merchant).refunds:
        raise RefundNotOffered
    left = refundable_cents(part)
    if amount_cents > left:
        raise RefundBeyondPaid(left_cents=left)
    Payment.objects.filter(pk=payment.pk).update(refunded_cents=F("refunded_cents") + amount_cents)
    refund = Refund.objects.create(
        part=part, amount_cents=amount_cents, reason=reason.strip(), asked_by=actor.id, asked_at=at
    )
    _journal(refund, "asked", actor=actor, at=at)
    return refund


def refundable_cents(part: PaymentPart) -> int:
    """What is left to give back of a part; the payment should be locked if it is to stay true."""
    asked = queries.counted_refunds(part).aggregate(cents=Sum("amount_cents"))["cents"]
    return part.amount_cents - (asked or 0)


@transaction.atomic(durable=True)
def approve_refund(*, refund: Refund, actor: Actor, at: datetime.datetime) -> Refund:
    """
    Have a refund done. By somebody else than who asked.

    :raises RefundByTheSamePerson: if the same person asked for it
    :raises RefundAlreadyDecided: if somebody decided meanwhile
    """
    locked = _locked(refund)
    if locked.state != _State.ASKED:
        raise RefundAlreadyDecided(state=locked.state)
    if locked.asked_by == actor.id:
        raise RefundByTheSamePerson
    (locked.hold,) = post(
        transfers=[
            TransferRequest(
                kind=TransferKind.PENDING,
                debit_account_id=locked.part.invoice.ledger_account_id,
                credit_account_id=locked.part.payment.merchant.clearing_account_id,
                amount_cents=locked.amount_cents,
                code="refund",
                reference=f"refund:{locked.public_id}",
            )
        ],
        actor=actor,
        at=at,
    )
    locked.state, locked.decided_by, locked.decided_at = _State.APPROVED, actor.id, at
    locked.save(update_fields=["state", "decided_by", "decided_at", "hold"])
    _journal(locked, "approved", actor=actor, at=at)
    _tell(locked, "approved", at=at)
    return locked


@transaction.atomic(durable=True)
def refuse_refund(*, refund: Refund, answer: str, actor: Actor, at: datetime.datetime) -> Refund:
    """
    Decide against a refund, or take back one's own demand. Nothing leaves.

    :raises RefundAlreadyDecided: if somebody decided meanwhile
    """
    locked = _locked(refund)
    if locked.state != _State.ASKED:
        raise RefundAlreadyDecided(state=locked.state)
    locked.state, locked.answer, locked.settled_at = _State.REFUSED, answer.strip(), at
    if locked.asked_by != actor.id:
        locked.decided_by, locked.decided_at = actor.id, at
    locked.save(update_fields=["state", "answer", "settled_at", "decided_by", "decided_at"])
    uncount_refund(locked)
    _journal(locked, "refused", actor=actor, at=at)
    return locked


def look_at_refund(*, refund: Refund, at: datetime.datetime) -> Refund:
    """
    Have the provider give back what was approved, or say how that stands. In no transaction.

    Done once, however often it is asked.

    :raises ProviderUnavailable: if no answer came; the same call may be made again
    """
    provider = provider_of(refund.part.payment.merchant)
    try:
        if refund.provider_ref:
            outcome = provider.read_refund(refund.provider_ref)
        elif refund.state == _State.APPROVED:
            outcome = provider.refund(
                RefundOrder(
                    key=refund.public_id,
                    provider_ref=refund.part.payment.provider_ref,
                    amount_cents=refund.amount_cents,
                )
            )
        else:  # not decided, or over before it was sent
            return refund
    except ProviderRefused as error:
        if refund.provider_ref:  # it was taken before: a person looks
            raise
        outcome = RefundOutcome(
            ref="",
            progress=RefundProgress.FAILED,
            amount_cents=refund.amount_cents,
            reason=str(error.details.get("reason", "")),
        )
    return _apply(refund, outcome, at=at)


@transaction.atomic(durable=True)
def _apply(refund: Refund, outcome: RefundOutcome, *, at: datetime.datetime) -> Refund:
    """Move a refund where its provider says it is; the same again changes nothing."""
    locked = _locked(refund)
    locked.checked_at = at
    locked.provider_ref = outcome.ref or locked.provider_ref
    state = _FORWARD.get(locked.state, {}).get(outcome.progress)
    if state is not None:
        _move(locked, state, reason=outcome.reason, at=at)
    locked.save(update_fields=["state", "provider_ref", "failure", "checked_at", "settled_at"])
    return locked


def _move(refund: Refund, state: str, *, reason: str, at: datetime.datetime) -> None:
    if state == _State.DONE:
        resolve_refund(refund, TransferKind.POST_PENDING, at=at)
    elif state == _State.FAILED:
        refund.failure = reason[:100]
        if refund.state == _State.DONE:
            _take_back(refund, at=at)
        else:
            resolve_refund(refund, TransferKind.VOID_PENDING, at=at)
        uncount_refund(refund)
    refund.state = state
    if state == _State.SENT:
        return
    refund.settled_at = at
    name = "done" if state == _State.DONE else "failed"
    _journal(refund, name, actor=PAYMENTS, at=at)
    _tell(refund, name, at=at)


def _take_back(refund: Refund, *, at: datetime.datetime) -> None:
    """What came back to the provider was not given back after all: it may still have to be."""
    take_or_keep(
        invoice=refund.part.invoice,
        from_account_id=refund.part.payment.merchant.clearing_account_id,
        cents=refund.amount_cents,
        code="refund-failed",
        reference=f"refund-failed:{refund.public_id}",
        actor=PAYMENTS,
        at=at,
    )


def _locked(refund: Refund) -> Refund:
    """A refund as it is now; its payment is locked first, as everywhere."""
    lock_payment(refund.part.payment)
    return queries.refunds().select_for_update(of=("self",), no_key=True).get(pk=refund.pk)


def _journal(refund: Refund, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"billing.refund.{what}",
        subject_type="refund",
        subject_id=refund.public_id,
        at=at,
        amount_cents=refund.amount_cents,
    )


def _tell(refund: Refund, what: str, *, at: datetime.datetime) -> None:
    record_event(
        f"billing.refund.{what}",
        aggregate=f"payment:{refund.part.payment_id}",
        occurred_at=at,
        refund_id=refund.pk,
    )
