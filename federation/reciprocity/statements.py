"""The monthly statement of two départements: prepared by either, checked and signed by both, paid once.

A line is a capture, or the undoing of one, and stands in one statement for ever. A statement counts what
no other did until the end of its month: what was recorded late goes to the next. No row is ever changed.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.tenancy import current_schema
from federation.reciprocity import queries
from federation.reciprocity.locks import lock_with
from federation.reciprocity.models import (
    CrossCapture,
    Settlement,
    Statement,
    StatementLine,
    StatementSignature,
    pair,
)
from tenants.registry import directory


class MonthNotOver(DomainError):
    """A statement is prepared once its month is over."""

    code = "RECIPROCITY_MONTH_NOT_OVER"


class NothingToState(DomainError):
    """Nothing was captured between these two that no statement counts yet."""

    code = "RECIPROCITY_NOTHING_TO_STATE"


class StatementDiffers(DomainError):
    """The lines of a statement are not those its totals were made of, or not those of our books."""

    code = "RECIPROCITY_STATEMENT_DIFFERS"


class NotToReceive(DomainError):
    """This département is not the one that receives the payment, or it was agreed by one alone."""

    code = "RECIPROCITY_NOT_TO_RECEIVE"


class NeighbourUnknown(DomainError):
    """No département of this code."""

    code = "RECIPROCITY_NEIGHBOUR_UNKNOWN"


class SignatoryMissing(DomainError):
    """Who signs must be named, with their function."""

    code = "RECIPROCITY_SIGNATORY_MISSING"


@transaction.atomic(durable=True)
def prepare_statement(
    *, departement_code: str, month: datetime.date, actor: Actor, at: datetime.datetime
) -> Statement:
    """
    Prepare the statement of a month with another département; the one there is, if there is one.

    :raises NeighbourUnknown: if there is no such département
    :raises MonthNotOver: if the month is not over
    :raises NothingToState: if nothing is left to count
    """
    other = directory.neighbour(departement_code)
    if other is None:
        raise NeighbourUnknown
    first_day = month.replace(day=1)
    end = _start(_next_month(first_day))
    if at < end:
        raise MonthNotOver(ends_on=end.date())
    parties = pair(current_schema(), other.schema_name)
    lock_with(other.schema_name)
    found = Statement.objects.filter(**parties, month=first_day).first()
    if found is not None:
        return found
    lines = _uncounted(parties, before=end)
    if not lines:
        raise NothingToState
    first_owes, second_owes = queries.totals_of(lines, first=parties["first"])
    statement = Statement.objects.create(
        **parties,
        month=first_day,
        first_owes_cents=first_owes,
        second_owes_cents=second_owes,
        digest=queries.digest_of_lines(lines),
        prepared_by=current_schema(),
        prepared_at=at,
    )
    for line in lines:
        line.statement = statement
    StatementLine.objects.bulk_create(lines)
    record_audit(
        actor=actor,
        action="reciprocity.statement.prepared",
        subject_type="Statement",
        subject_id=statement.public_id,
        at=at,
        departement=departement_code,
        month=first_day.isoformat(),
        lines=len(lines),
    )
    tell("prepared", statement, at=at)
    return statement


def tell(what: str, statement: Statement, *, at: datetime.datetime) -> None:
    """Have the other département told what became of a statement. Inside the caller's transaction."""
    record_event(
        f"reciprocity.statement.{what}",
        aggregate=f"clearing:{statement.public_id}",
        occurred_at=at,
        statement=str(statement.public_id),
    )


def check_lines(statement: Statement) -> list[StatementLine]:
    """
    The lines of a statement, once they are what its totals were made of. Inside a transaction.

    :raises StatementDiffers: if they are not
    """
    lines = queries.lines_of(statement)
    totals = queries.totals_of(lines, first=statement.first)
    stated = (statement.first_owes_cents, statement.second_owes_cents)
    if totals != stated or queries.digest_of_lines(lines) != statement.digest:
        raise StatementDiffers(statement=str(statement.public_id))
    return lines


def write_signature(
    *, statement: Statement, signatory: str, position_cents: int, at: datetime.datetime
) -> None:
    """Write this party's word on a statement. Under the lock, in the transaction that read its books.

    :raises SignatoryMissing: if nobody's name is given
    """
    if not signatory.strip():
        raise SignatoryMissing
    StatementSignature.objects.create(
        statement=statement,
        signed_by=current_schema(),
        signatory=signatory.strip()[:200],
        position_cents=position_cents,
        signed_at=at,
    )


def write_settlement(
    *, statement: Statement, reference: str, received_on: datetime.date, at: datetime.datetime
) -> Settlement:
    """
    Write that the payment of a statement arrived; what was written first stands. In a transaction.

    :raises NotToReceive: if it is not ours to receive, or both did not sign
    """
    here = current_schema()
    lock_with(queries.other_of(statement))
    found = Settlement.objects.filter(statement=statement).first()
    if found is not None:
        return found
    cents = -statement.owes_cents(here)
    if cents <= 0 or not queries.is_agreed(statement) or not reference.strip():
        raise NotToReceive(statement=str(statement.public_id))
    return Settlement.objects.create(
        statement=statement,
        received_by=here,
        cents=cents,
        reference=reference.strip()[:100],
        received_on=received_on,
        recorded_at=at,
    )


def _uncounted(parties: dict[str, str], *, before: datetime.datetime) -> list[StatementLine]:
    """What no statement counts yet, of the two directions, as lines to write."""
    both = (parties["first"], parties["second"])
    captures = CrossCapture.objects.filter(holder__in=both, partner__in=both).order_by("pk")
    counted = StatementLine.objects.filter(capture__holder__in=both, capture__partner__in=both)
    lines = [
        StatementLine(capture=capture)
        for capture in captures.filter(captured_at__lt=before).exclude(
            pk__in=counted.filter(is_reversal=False).values("capture_id")
        )
    ]
    lines += [
        StatementLine(capture=capture, is_reversal=True)
        for capture in captures.filter(reversal__reversed_at__lt=before).exclude(
            pk__in=counted.filter(is_reversal=True).values("capture_id")
        )
    ]
    return lines


def _next_month(first_day: datetime.date) -> datetime.date:
    return (first_day + datetime.timedelta(days=32)).replace(day=1)


def _start(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), queries.PARIS)
