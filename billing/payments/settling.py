"""Taking what a provider says of a payment: forward only, once, in the ledger with it."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import F

from billing.invoicing.operations import use_over_paid
from billing.invoicing.queries import over_paid_accounts
from billing.ledger.models import TransferKind
from billing.ledger.operations import TransferRequest, lock_accounts, post
from billing.payments import meters, queries
from billing.payments.models import Payment, PaymentPart, Refund
from billing.payments.providers.protocol import Outcome, Progress
from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event

PAYMENTS = Actor.system("payments")
CURRENCY = "eur"
_State = Payment.State
# From each state, where what the provider says may lead. Anything else changes nothing.
_FORWARD: dict[str, dict[Progress, tuple[str, ...]]] = {
    _State.CREATED: {},
    _State.OPEN: {
        Progress.PROCESSING: (_State.PROCESSING,),
        Progress.PAID: (_State.PAID,),
        Progress.FAILED: (_State.FAILED,),
        Progress.EXPIRED: (_State.EXPIRED,),
        Progress.RETURNED: (_State.PAID, _State.RETURNED),
    },
    _State.PROCESSING: {
        Progress.PAID: (_State.PAID,),
        Progress.FAILED: (_State.FAILED,),
        Progress.EXPIRED: (_State.EXPIRED,),
        Progress.RETURNED: (_State.PAID, _State.RETURNED),
    },
    _State.PAID: {Progress.RETURNED: (_State.RETURNED,)},
    _State.FAILED: {},
    _State.EXPIRED: {},
    _State.RETURNED: {},
}
_EVENTS: dict[str, str] = {
    _State.PAID: "billing.payment.paid",
    _State.FAILED: "billing.payment.failed",
    _State.RETURNED: "billing.payment.returned",
}
# How references name what became of a hold.
_RESOLVED = {TransferKind.POST_PENDING: "posted", TransferKind.VOID_PENDING: "released"}
_WITH_MONEY = (Progress.PAID, Progress.RETURNED)
NOT_KNOWN_THERE = "NOT_KNOWN_THERE"
REFUNDED_ELSEWHERE = "REFUNDED_ELSEWHERE"
# What a person looks at, and a payment moves all the same.
_HARMLESS = ("", REFUNDED_ELSEWHERE)
_PROBLEM = ("problem", "answer", "answered_by", "answered_at")


@transaction.atomic(durable=True)
def apply_outcome(*, payment: Payment, outcome: Outcome, at: datetime.datetime) -> Payment:
    """Move a payment where its provider says it is; the same again changes nothing."""
    locked = lock_payment(payment)
    locked.checked_at = at
    locked.provider_ref = outcome.provider_ref or locked.provider_ref
    locked.method = outcome.method or locked.method
    problem = _problem(locked, outcome)
    if problem:
        _call_somebody(locked, problem, at=at)
    if problem in _HARMLESS:
        for state in _FORWARD[locked.state].get(outcome.progress, ()):
            _move(locked, state, at=at)
    locked.save(
        update_fields=["state", "checked_at", "settled_at", "provider_ref", "method", *_PROBLEM]
    )
    return locked


@transaction.atomic(durable=True)
def not_known_there(*, payment: Payment, at: datetime.datetime) -> Payment:
    """The provider refuses to say anything of a payment: a person looks."""
    locked = lock_payment(payment)
    locked.checked_at = at
    _call_somebody(locked, NOT_KNOWN_THERE, at=at)
    locked.save(update_fields=["checked_at", *_PROBLEM])
    return locked


@transaction.atomic(durable=True)
def close_by_hand(*, payment: Payment, reason: str, actor: Actor, at: datetime.datetime) -> Payment:
    """End a payment that its provider does not know; nothing was paid, nothing is held."""
    locked = lock_payment(payment)
    if locked.is_under_way:
        _move(locked, _State.FAILED, at=at, reason=reason, actor=actor)
        locked.save(update_fields=["state", "settled_at"])
    return locked


@transaction.atomic(durable=True)
def answer_problem(
    *, payment: Payment, answer: str, actor: Actor, at: datetime.datetime
) -> Payment:
    """Write what was found about a payment that differs; it no longer waits for anybody."""
    locked = lock_payment(payment)
    locked.answer, locked.answered_by, locked.answered_at = answer, actor.id, at
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    record_audit(
        actor=actor,
        action="billing.payment.answered",
        subject_type="payment",
        subject_id=locked.public_id,
        at=at,
        problem=locked.problem,
    )
    return locked


@transaction.atomic(durable=True)
def end_without_page(*, payment: Payment, reason: str, at: datetime.datetime) -> Payment:
    """End a payment whose page the provider refused to make; nothing was paid, nothing is held."""
    locked = lock_payment(payment)
    if locked.state == _State.CREATED:
        _move(locked, _State.FAILED, at=at, reason=reason)
        locked.save(update_fields=["state", "settled_at"])
    return locked


def lock_payment(payment: Payment) -> Payment:
    """A payment as it is now, nobody else's to change until the transaction ends."""
    return (
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("merchant")
        .get(pk=payment.pk)
    )


def _problem(payment: Payment, outcome: Outcome) -> str:
    """Why what the provider says cannot be taken as it is; a person then looks at it."""
    if outcome.key != str(payment.public_id):
        return "OTHER_ORDER"
    if outcome.progress not in _WITH_MONEY:
        return ""
    if outcome.currency != CURRENCY:
        return "OTHER_CURRENCY"
    if outcome.amount_cents != payment.amount_cents:
        return "OTHER_AMOUNT"
    if payment.state in (_State.FAILED, _State.EXPIRED):
        return "PAID_AFTER_END"
    if outcome.refunded_cents > payment.refunded_cents:
        return REFUNDED_ELSEWHERE
    return ""


def _call_somebody(payment: Payment, problem: str, *, at: datetime.datetime) -> None:
    """Once per problem; an answer given to another one no longer counts."""
    if problem == payment.problem:
        return
    payment.problem = problem
    payment.answer, payment.answered_by, payment.answered_at = "", "", None
    record_audit(
        actor=PAYMENTS,
        action="billing.payment.differs",
        subject_type="payment",
        subject_id=payment.public_id,
        at=at,
        problem=problem,
    )
    _record(payment, "billing.payment.differs", at=at)
    meters.DIFFERING.add(problem=problem, provider=payment.merchant.provider)


def _move(
    payment: Payment,
    state: str,
    *,
    at: datetime.datetime,
    reason: str = "",
    actor: Actor = PAYMENTS,
) -> None:
    """One step forward: the ledger, the state, the journal and whoever listens."""
    parts = list(queries.parts_of(payment))
    if state == _State.PAID:
        _resolve(payment, parts, TransferKind.POST_PENDING, at=at)
    elif state in (_State.FAILED, _State.EXPIRED):
        _resolve(payment, parts, TransferKind.VOID_PENDING, at=at)
    elif state == _State.RETURNED:
        _give_back(payment, parts, at=at)
    payment.state = state
    if state != _State.PROCESSING:
        payment.settled_at = at
        meters.count_settled(payment, state=state)
    more = {"reason": reason} if reason else {}
    record_audit(
        actor=actor,
        action=f"billing.payment.{state.lower()}",
        subject_type="payment",
        subject_id=payment.public_id,
        at=at,
        amount_cents=payment.amount_cents,
        **more,
    )
    if state in _EVENTS:
        _record(payment, _EVENTS[state], at=at)


def _resolve(
    payment: Payment, parts: list[PaymentPart], kind: TransferKind, *, at: datetime.datetime
) -> None:
    """Confirm what was held, or release it."""
    post(
        transfers=[
            TransferRequest(
                kind=kind,
                pending_id=part.hold_id,
                code="payment" if kind == TransferKind.POST_PENDING else "release",
                reference=f"{_RESOLVED[kind]}:{payment.public_id}:{part.invoice.public_id}",
            )
            for part in parts
        ],
        actor=PAYMENTS,
        at=at,
    )


def _give_back(payment: Payment, parts: list[PaymentPart], *, at: datetime.datetime) -> None:
    """What the bank takes back is owed again, but what the person was refunded already.

    What was kept to be given back pays it first.
    """
    _stop_refunds(payment, at=at)
    given_back = queries.given_back_cents(payment)
    taken = [(part, part.amount_cents - given_back.get(part.pk, 0)) for part in parts]
    invoices = [part.invoice for part in parts]
    lock_accounts(
        account_ids=[
            payment.merchant.clearing_account_id,
            *(invoice.ledger_account_id for invoice in invoices),
            *(account.pk for account in over_paid_accounts(invoices).values()),
        ]
    )
    post(
        transfers=[
            TransferRequest(
                debit_account_id=part.invoice.ledger_account_id,
                credit_account_id=payment.merchant.clearing_account_id,
                amount_cents=cents,
                code="return",
                reference=f"return:{payment.public_id}:{part.invoice.public_id}",
            )
            for part, cents in taken
            if cents
        ],
        actor=PAYMENTS,
        at=at,
    )
    use_over_paid(
        invoices=invoices,
        reference=f"return-used:{payment.public_id}",
        actor=PAYMENTS,
        at=at,
    )


def _stop_refunds(payment: Payment, *, at: datetime.datetime) -> None:
    """Refunds that were not sent yet: there is nothing left to give back."""
    for refund in queries.refunds().filter(
        part__payment=payment, state__in=(Refund.State.ASKED, Refund.State.APPROVED)
    ):
        if refund.hold_id is not None:
            resolve_refund(refund, TransferKind.VOID_PENDING, at=at)
        refund.state, refund.failure, refund.settled_at = Refund.State.FAILED, "RETURNED", at
        refund.save(update_fields=["state", "failure", "settled_at"])
        uncount_refund(refund)
        record_audit(
            actor=PAYMENTS,
            action="billing.refund.failed",
            subject_type="refund",
            subject_id=refund.public_id,
            at=at,
            amount_cents=refund.amount_cents,
        )


def uncount_refund(refund: Refund) -> None:
    """What was asked for and will not be given back may be asked for again."""
    Payment.objects.filter(pk=refund.part.payment_id).update(
        refunded_cents=F("refunded_cents") - refund.amount_cents
    )


def resolve_refund(refund: Refund, kind: TransferKind, *, at: datetime.datetime) -> None:
    """Book what was held to be given back, or release it.

    What a credit note kept to be given back on the invoice pays it first: it is not owed again.
    """
    invoice = refund.part.invoice
    lock_accounts(
        account_ids=[
            refund.part.payment.merchant.clearing_account_id,
            invoice.ledger_account_id,
            *(account.pk for account in over_paid_accounts([invoice]).values()),
        ]
    )
    post(
        transfers=[
            TransferRequest(
                kind=kind,
                pending_id=refund.hold_id,
                code="refund" if kind == TransferKind.POST_PENDING else "release",
                reference=f"{_RESOLVED[kind]}:refund:{refund.public_id}",
            )
        ],
        actor=PAYMENTS,
        at=at,
    )
    if kind == TransferKind.POST_PENDING:
        use_over_paid(
            invoices=[invoice],
            reference=f"refund-used:{refund.public_id}",
            actor=PAYMENTS,
            at=at,
        )


def _record(payment: Payment, event: str, *, at: datetime.datetime) -> None:
    record_event(event, aggregate=f"payment:{payment.pk}", occurred_at=at, payment_id=payment.pk)
