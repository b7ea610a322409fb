"""Settling with another département: each side signs what its own books say, and the sum is zero.

Our position with another is the balance of `clearing:<code>`: what they owe us, negative when we owe. Each
capture between the two is one transfer in each side's books, under the name of the shared row, so that a
statement is checked line by line against our own ledger before it is signed. The database refuses a
signature whose position is not that of the statement: what the two sides sign adds up to zero.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.models import Account, Transfer
from billing.ledger.operations import AccountKind, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.tenancy import current_schema
from federation.passplus.guests import catch_up, clearing_account
from federation.reciprocity import operations as shared
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.locks import lock_with
from federation.reciprocity.models import Settlement, Statement, StatementLine

TREASURY = "clearing:treasury"


class NothingToContest(DomainError):
    """Each line of the statement is in our books."""

    code = "PASSPLUS_NOTHING_TO_CONTEST"


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where we stand with a département: what our books say, and what the shared rows do."""

    schema: str
    booked_cents: int
    shared: reciprocity.Position

    @property
    def is_agreed(self) -> bool:
        """Whether both say the same; what is on its way to our books makes them differ for a moment."""
        return self.booked_cents == self.shared.cents


def standing_with(schema: str) -> Standing:
    """Where we stand with a département."""
    account = Account.objects.filter(code=f"clearing:{reciprocity.code_of(schema)}").first()
    booked = 0 if account is None else account.debits_posted - account.credits_posted
    return Standing(schema, booked, reciprocity.position_with(schema))


def standings() -> list[Standing]:
    """Where we stand with each département that something was agreed with."""
    return [standing_with(schema) for schema in reciprocity.partners_in_books()]


@transaction.atomic(durable=True)
def sign_statement(
    *, statement: Statement, signatory: str, actor: Actor, at: datetime.datetime
) -> Statement:
    """
    Accept a statement, once each of its lines is in our books; accepting it again changes nothing.

    :raises StatementDiffers: if its totals are not its lines', or a line is not in our books
    :raises SignatoryMissing: if nobody's name is given
    """
    here = current_schema()
    lock_with(reciprocity.other_of(statement))
    found = reciprocity.statements().get(pk=statement.pk)
    if any(signature.signed_by == here for signature in found.signatures.all()):
        return found
    catch_up(actor=actor, at=at)  # what a process left undone
    lines = shared.check_lines(found)
    wrong = _not_in_books(found, lines)
    position = sum(map(_signed, lines))
    if wrong or position != -found.owes_cents(here):
        raise shared.StatementDiffers(
            statement=str(found.public_id), lines=[str(line.capture.public_id) for line in wrong]
        )
    shared.write_signature(statement=found, signatory=signatory, position_cents=position, at=at)
    record_audit(
        actor=actor,
        action="reciprocity.statement.signed",
        subject_type="Statement",
        subject_id=found.public_id,
        at=at,
        cents=position,
    )
    shared.tell("signed", found, at=at)
    return reciprocity.statements().get(pk=statement.pk)


@transaction.atomic(durable=True)
def contest_statement(*, statement: Statement, actor: Actor, at: datetime.datetime) -> int:
    """
    Tell the other département which lines are not in our books, or not with that amount; how many.

    :raises NothingToContest: if each line is in our books: the statement can be accepted
    """
    catch_up(actor=actor, at=at)
    missing = len(_not_in_books(statement, reciprocity.lines_of(statement)))
    if not missing:
        raise NothingToContest
    record_audit(
        actor=actor,
        action="reciprocity.statement.contested",
        subject_type="Statement",
        subject_id=statement.public_id,
        at=at,
        lines=missing,
    )
    shared.tell("contested", statement, at=at)
    return missing


@transaction.atomic(durable=True)
def lines_to_question(
    *, statement: Statement, actor: Actor, at: datetime.datetime
) -> list[StatementLine]:
    """The lines of a statement that are not in our books, or not with that amount."""
    catch_up(actor=actor, at=at)
    return _not_in_books(statement, reciprocity.lines_of(statement))


def lines_not_in_books(statement: Statement) -> list[StatementLine]:
    """The same, of what our books are now."""
    return _not_in_books(statement, reciprocity.lines_of(statement))


def _not_in_books(statement: Statement, lines: list[StatementLine]) -> list[StatementLine]:
    booked = _transfers(statement, lines)
    return [line for line in lines if booked.get(_reference(line)) != _signed(line)]


def _transfers(statement: Statement, lines: list[StatementLine]) -> dict[str, int]:
    """Our transfers of these lines on the account of the other, by reference, signed as our position."""
    other = reciprocity.code_of(reciprocity.other_of(statement))
    account = Account.objects.filter(code=f"clearing:{other}").first()
    if account is None:
        return {}
    found = Transfer.objects.filter(reference__in=[_reference(line) for line in lines])
    signed = {}
    for transfer in found:
        if transfer.debit_account_id == account.pk:
            signed[transfer.reference] = transfer.amount_cents
        elif transfer.credit_account_id == account.pk:
            signed[transfer.reference] = -transfer.amount_cents
    return signed


def _reference(line: StatementLine) -> str:
    side = "away" if line.capture.holder == current_schema() else "guest"
    undone = "-undone" if line.is_reversal else ""
    return f"{side}{undone}:{line.capture.public_id}"


def _signed(line: StatementLine) -> int:
    """What a line adds to our position: what they owe us."""
    is_ours = line.capture.holder == current_schema()
    return -line.signed_cents if is_ours else line.signed_cents


@transaction.atomic(durable=True)
def record_settlement(
    *,
    statement: Statement,
    reference: str,
    received_on: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> Settlement:
    """
    Say that the payment of a statement that both accepted has arrived here, and book it.

    The other side books it by `book_settlements`. What was written first stands.

    :raises NotToReceive: if it is not ours to receive, or both did not accept the statement
    """
    settlement = shared.write_settlement(
        statement=statement, reference=reference, received_on=received_on, at=at
    )
    _book(settlement, actor=actor, at=at)
    if settlement.recorded_at == at:  # what was written first was told then
        record_audit(
            actor=actor,
            action="reciprocity.statement.settled",
            subject_type="Statement",
            subject_id=statement.public_id,
            at=at,
            cents=settlement.cents,
        )
        shared.tell("settled", statement, at=at)
    return settlement


@transaction.atomic(durable=True)
def book_settlements(*, actor: Actor, at: datetime.datetime) -> int:
    """Book the payments that the others received from us; how many were not booked yet."""
    paid = Settlement.objects.exclude(received_by=current_schema()).select_related("statement")
    references = {_paid(settlement): settlement for settlement in paid}
    booked = set(
        Transfer.objects.filter(reference__in=list(references)).values_list("reference", flat=True)
    )
    waiting = [found for reference, found in references.items() if reference not in booked]
    for settlement in waiting:
        _book(settlement, actor=actor, at=at)
    return len(waiting)


def _paid(settlement: Settlement) -> str:
    return f"settlement:{settlement.statement.public_id}"


def _book(settlement: Settlement, *, actor: Actor, at: datetime.datetime) -> None:
    """Received: the other owes us that much less. Paid: we owe it that much less."""
    other = reciprocity.code_of(reciprocity.other_of(settlement.statement))
    treasury = ledger.open_account(code=TREASURY, kind=AccountKind.CLEARING).pk
    accounts = [treasury, clearing_account(other)]
    if settlement.received_by != current_schema():
        accounts.reverse()
    debited, credited = accounts
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=debited,
                credit_account_id=credited,
                amount_cents=settlement.cents,
                code="settlement",
                reference=_paid(settlement),
            )
        ],
        actor=actor,
        at=at,
    )
