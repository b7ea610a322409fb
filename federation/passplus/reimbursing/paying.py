"""Pay the statements: the order to the bank, what the ledger says of it, and what comes back.

Each statement that was issued and is not paid goes into the order of the next run, if its partner has
an account that was confirmed and that no payment came back from. What came back is due again.

Locks: the paying account or the payout, then the ledger's accounts in the order of their ids.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from billing.ledger import operations as ledger
from billing.ledger.models import Account
from billing.ledger.operations import AccountKind, AccountRequest, TransferRequest
from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.outbox import record_event
from federation.passplus import ibans
from federation.passplus.engine.spending import day_of
from federation.passplus.models import (
    PartnerIban,
    PartnerRun,
    PartnerStatement,
    PayingAccount,
    PaymentOrder,
    Payout,
)
from federation.passplus.reimbursing import pain001
from federation.passplus.reimbursing.pain001 import CreditTransfer, Payer

PURPOSE = "passplus.paying"
LONGEST_HOLDER = 70
_PAYOUTS = AccountRequest(
    code="passplus:payouts", kind=AccountKind.CLEARING, name="Pass+ : virements aux partenaires"
)
SATURDAY = 5


class PayingAccountInvalid(DomainError):
    """A holder, an IBAN or a BIC that cannot be; `field` names it."""

    code = "PASSPLUS_PAYING_ACCOUNT_INVALID"


class PayingAccountMissing(DomainError):
    """The département has not said from which account it pays."""

    code = "PASSPLUS_PAYING_ACCOUNT_MISSING"


class PayoutReturned(DomainError):
    """It was already said that this transfer came back, or it cannot have yet."""

    code = "PASSPLUS_PAYOUT_RETURNED"


class PayoutNotReturned(DomainError):
    """The account of this transfer is not set aside."""

    code = "PASSPLUS_PAYOUT_NOT_RETURNED"


class TrustBySamePerson(DomainError):
    """Who noted that a transfer came back does not say that its account is good."""

    code = "PASSPLUS_TRUST_BY_THE_SAME_PERSON"


@transaction.atomic(durable=True)
def open_paying_account(
    *, holder: str, iban: str, bic: str, actor: Actor, at: datetime.datetime
) -> PayingAccount:
    """
    Say from which account partners are paid; the one before it is closed.

    :raises PayingAccountInvalid: if the holder, the IBAN or the BIC cannot be
    """
    name, code = " ".join(holder.split()), "".join(bic.split()).upper()
    if not name or len(name) > LONGEST_HOLDER:
        raise PayingAccountInvalid(field="holder")
    if code and not (len(code) in (8, 11) and code.isalnum() and code[:6].isalpha()):
        raise PayingAccountInvalid(field="bic")
    try:
        number = ibans.read_iban(iban)
    except ibans.IbanInvalid as error:
        raise PayingAccountInvalid(field="iban") from error
    open_ones = PayingAccount.objects.filter(closed_at__isnull=True)
    list(open_ones.select_for_update(of=("self",), no_key=True))
    open_ones.update(closed_at=at)
    account = PayingAccount.objects.create(
        holder=name,
        sealed_iban=sealing.seal(number, purpose=PURPOSE),
        iban_end=number[-4:],
        bic=code,
        opened_at=at,
    )
    record_audit(
        actor=actor,
        action="passplus.paying_account.opened",
        subject_type="PayingAccount",
        subject_id=account.public_id,
        at=at,
        ending=account.iban_end,
    )
    return account


def unpaid() -> QuerySet[PartnerStatement]:
    """The statements that were issued, and that no payment pays."""
    ordered = Payout.objects.filter(statement=OuterRef("pk"), state=Payout.State.ORDERED)
    return PartnerStatement.objects.filter(
        ~Exists(ordered), issued_at__isnull=False, due_cents__gt=0
    ).select_related("partner")


def usable_ibans(partners: Iterable[int]) -> dict[int, PartnerIban]:
    """The account that each partner is paid to: confirmed, and not set aside since a return."""
    returned = Payout.objects.filter(
        iban=OuterRef("pk"), state=Payout.State.RETURNED, trusted_at__isnull=True
    )
    found = PartnerIban.objects.filter(
        ~Exists(returned),
        partner__in=list(partners),
        confirmed_at__isnull=False,
        closed_at__isnull=True,
    )
    return {iban.partner_id: iban for iban in found}


def has_something_to_pay_again() -> bool:
    """Whether a statement of an earlier run can be paid now."""
    waiting = list(unpaid().values_list("partner", flat=True))
    return bool(usable_ibans(waiting))


def order_payments(run: PartnerRun, *, actor: Actor, at: datetime.datetime) -> PaymentOrder | None:
    """
    Order all that can be paid, and book it. Inside the transaction that approves the run.

    :raises PayingAccountMissing: if no account pays
    """
    waiting = list(unpaid().order_by("pk"))
    accounts = usable_ibans(statement.partner_id for statement in waiting)
    paid = [statement for statement in waiting if statement.partner_id in accounts]
    if not paid:
        return None
    paid_from = PayingAccount.objects.filter(closed_at__isnull=True).first()
    if paid_from is None:
        raise PayingAccountMissing
    public_id = new_public_id()
    order = PaymentOrder(
        public_id=public_id,
        run=run,
        paid_from=paid_from,
        message_id=f"PP{public_id.hex}",
        executes_on=next_bank_day(day_of(at)),
        made_at=at,
        transfers_count=len(paid),
        total_cents=sum(statement.due_cents for statement in paid),
    )
    payouts = _payouts(order, paid, accounts)
    order.digest = hashlib.sha256(_file(order, payouts)).hexdigest()
    order.save()
    movements = ledger.post(
        transfers=[_movement(payout, payouts_account()) for payout in payouts], actor=actor, at=at
    )
    for payout, movement in zip(payouts, movements, strict=True):
        payout.order, payout.movement = order, movement
    Payout.objects.bulk_create(payouts, batch_size=2_000)
    return order


def _payouts(
    order: PaymentOrder,
    statements: Sequence[PartnerStatement],
    accounts: dict[int, PartnerIban],
) -> list[Payout]:
    """One transfer a statement; its name says which attempt it is."""
    before: dict[int, int] = {}
    for pk in Payout.objects.filter(statement__in=statements).values_list("statement", flat=True):
        before[pk] = before.get(pk, 0) + 1
    return [
        Payout(
            order=order,
            statement=statement,
            amount_cents=statement.due_cents,
            end_to_end_id=f"{statement.number}-{before.get(statement.pk, 0) + 1}",
            iban=accounts[statement.partner_id],
        )
        for statement in statements
    ]


def next_bank_day(day: datetime.date) -> datetime.date:
    """The day after, weekends apart; the bank takes the next of its own days where that is none."""
    day += datetime.timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += datetime.timedelta(days=1)
    return day


def payouts_account() -> Account:
    """What was ordered from the bank. Inside the caller's transaction."""
    return ledger.open_accounts(accounts=[_PAYOUTS])[0]


def _movement(payout: Payout, account: Account) -> TransferRequest:
    return TransferRequest(
        debit_account_id=payout.statement.partner.account_id,
        credit_account_id=account.pk,
        amount_cents=payout.amount_cents,
        code="payout",
        reference=f"payout:{payout.public_id}",
    )


@transaction.atomic(durable=True)
def read_payment_file(*, order: PaymentOrder, actor: Actor, at: datetime.datetime) -> bytes:
    """Write the file of an order again, for somebody to take to the bank. Who did is written down."""
    payouts = list(
        Payout.objects.filter(order=order)
        .select_related("statement__partner", "iban")
        .order_by("statement_id", "pk")
    )
    content = _file(order, payouts)
    if hashlib.sha256(content).hexdigest() != order.digest:
        raise pain001.OrderMalformed(f"order {order.message_id} is not what was approved")
    record_audit(
        actor=actor,
        action="passplus.order.read",
        subject_type="PaymentOrder",
        subject_id=order.public_id,
        at=at,
        message=order.message_id,
    )
    return content


def _file(order: PaymentOrder, payouts: Iterable[Payout]) -> bytes:
    return pain001.order_file(
        message_id=order.message_id,
        made_at=order.made_at,
        executes_on=order.executes_on,
        payer=Payer(
            name=order.paid_from.holder,
            iban=sealing.unseal(bytes(order.paid_from.sealed_iban), purpose=PURPOSE),
            bic=order.paid_from.bic,
        ),
        transfers=[
            CreditTransfer(
                end_to_end_id=payout.end_to_end_id,
                cents=payout.amount_cents,
                name=payout.iban.holder,
                iban=sealing.unseal(bytes(payout.iban.sealed_iban), purpose=ibans.PURPOSE),
                text=f"Pass+ releve {payout.statement.number}",
            )
            for payout in payouts
        ],
    )


@transaction.atomic(durable=True)
def record_return(
    *, payout: Payout, reason: str, on: datetime.date, actor: Actor, at: datetime.datetime
) -> Payout:
    """
    Note that the bank sent a transfer back: it is due again, and its account is set aside.

    :raises PayoutReturned: if that was noted already, or the day is not one of those since the order
    """
    held = _lock(payout)
    is_possible = day_of(held.order.made_at) <= on <= day_of(at)
    if held.state != Payout.State.ORDERED or not is_possible:
        raise PayoutReturned(payout=held.end_to_end_id)
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=payouts_account().pk,
                credit_account_id=held.statement.partner.account_id,
                amount_cents=held.amount_cents,
                code="payout-returned",
                reference=f"payout-returned:{held.public_id}",
            )
        ],
        actor=actor,
        at=at,
    )
    held.state, held.return_reason = Payout.State.RETURNED, reason
    held.returned_on, held.returned_by = on, actor.id
    held.save(update_fields=["state", "return_reason", "returned_on", "returned_by"])
    _journal(held, "returned", actor=actor, at=at)
    record_event(
        "passplus.payout.returned",
        aggregate=f"partner:{held.statement.partner.public_id}",
        occurred_at=at,
        payout_id=held.pk,
    )
    return held


@transaction.atomic(durable=True)
def trust_iban_again(*, payout: Payout, actor: Actor, at: datetime.datetime) -> Payout:
    """
    Say that the account a transfer came back from was checked: it is paid again.

    :raises PayoutNotReturned: if it did not come back, or that was said already
    :raises TrustBySamePerson: if the same person noted the return
    """
    held = _lock(payout)
    if held.state != Payout.State.RETURNED or held.trusted_at is not None:
        raise PayoutNotReturned(payout=held.end_to_end_id)
    if held.returned_by == actor.id:
        raise TrustBySamePerson
    held.trusted_by, held.trusted_at = actor.id, at
    held.save(update_fields=["trusted_by", "trusted_at"])
    _journal(held, "trusted", actor=actor, at=at)
    return held


def _lock(payout: Payout) -> Payout:
    return (
        Payout.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order", "statement__partner", "iban")
        .get(pk=payout.pk)
    )


def _journal(payout: Payout, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.payout.{what}",
        subject_type="Payout",
        subject_id=payout.public_id,
        at=at,
        amount_cents=payout.amount_cents,
        reason=payout.return_reason,
    )
