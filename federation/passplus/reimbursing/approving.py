"""Decide on a run: another person approves, statements are numbered, the books move, the bank is asked.

Locks: the run, the tickets of its lines, the accounts in the order of their ids, the counter. What a
partner has to give back is read under the lock of its account.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F, Q

from billing.ledger import operations as ledger
from billing.ledger.models import Account
from billing.ledger.operations import TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.engine.spending import day_of
from federation.passplus.models import (
    PartnerRun,
    PartnerStatement,
    StatementCounter,
    StatementLine,
    Ticket,
)
from federation.passplus.reimbursing.accounts import kept_account, over_paid_accounts
from federation.passplus.reimbursing.paying import order_payments

BATCH = 2_000


class RunDecided(DomainError):
    """Somebody decided meanwhile."""

    code = "PASSPLUS_RUN_DECIDED"


class RunBySamePerson(DomainError):
    """Who prepared a run does not approve it."""

    code = "PASSPLUS_RUN_BY_THE_SAME_PERSON"


class RunStale(DomainError):
    """What a line pays is no longer what it was: the run is refused, and prepared again."""

    code = "PASSPLUS_RUN_STALE"


class BooksDisagree(DomainError):
    """The account of a partner does not hold what its statement says."""

    code = "PASSPLUS_BOOKS_DISAGREE"


@transaction.atomic(durable=True)
def approve_run(*, run: PartnerRun, actor: Actor, at: datetime.datetime) -> PartnerRun:
    """
    Approve a run: its statements are issued, what they say is booked, and their payment is ordered.

    :raises RunDecided: if somebody decided meanwhile
    :raises RunBySamePerson: if the same person prepared it
    :raises RunStale: if a ticket was undone since
    :raises BooksDisagree: if the ledger does not hold what a statement says
    :raises PayingAccountMissing: if the département has not said from which account it pays
    """
    held = lock_run(run)
    if held.state != PartnerRun.State.PREPARED:
        raise RunDecided(state=held.state)
    if held.asked_by == actor.id:
        raise RunBySamePerson
    _check_tickets(held)
    statements = list(
        PartnerStatement.objects.filter(run=held).select_related("partner").order_by("partner_id")
    )
    kept = kept_account()
    over_paid = over_paid_accounts(statement.partner for statement in statements)
    accounts = ledger.lock_accounts(
        account_ids=[kept.pk]
        + [account.pk for account in over_paid.values()]
        + [statement.partner.account_id for statement in statements]
    )
    for statement in statements:
        _withhold(statement, accounts[over_paid[statement.partner_id].pk])
        _check_books(statement, accounts[statement.partner.account_id])
    ledger.post(
        transfers=[
            move
            for statement in statements
            for move in _movements(statement, kept, over_paid[statement.partner_id])
        ],
        actor=actor,
        at=at,
    )
    _number(statements, at=at)
    order = order_payments(held, actor=actor, at=at)
    _decide(held, PartnerRun.State.APPROVED, "", actor=actor, at=at)
    for statement in statements:
        record_event(
            "passplus.statement.issued",
            aggregate=f"partner:{statement.partner.public_id}",
            occurred_at=at,
            statement_id=statement.pk,
        )
    _journal(held, "approved", actor=actor, at=at, partners=len(statements),
             due_cents=sum(one.due_cents for one in statements),
             ordered_cents=order.total_cents if order else 0)  # fmt: skip
    return held


@transaction.atomic(durable=True)
def refuse_run(*, run: PartnerRun, answer: str, actor: Actor, at: datetime.datetime) -> PartnerRun:
    """
    Decide against a run, or take back one's own. Its lines are free for the next one.

    :raises RunDecided: if somebody decided meanwhile
    """
    held = lock_run(run)
    if held.state != PartnerRun.State.PREPARED:
        raise RunDecided(state=held.state)
    StatementLine.objects.filter(statement__run=held).update(is_live=False)
    _decide(held, PartnerRun.State.REFUSED, answer, actor=actor, at=at)
    _journal(held, "refused", actor=actor, at=at)
    return held


def lock_run(run: PartnerRun) -> PartnerRun:
    """A run as it is now, until the transaction ends."""
    return PartnerRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)


def _check_tickets(run: PartnerRun) -> None:
    """Each ticket of the run still is what its line pays; none can be undone until we are done."""
    lines = StatementLine.objects.filter(statement__run=run, ticket__isnull=False)
    list(
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=lines.values("ticket"))
        .order_by("pk")
        .values_list("pk")
    )
    changed = lines.exclude(
        Q(ticket__state=Ticket.State.CAPTURED)
        & Q(ticket__captured_by=F("statement__partner"))
        & Q(ticket__captured_cents=F("gross_cents"))
    ).values_list("label", flat=True)
    if labels := list(changed[:5]):
        raise RunStale(tickets=", ".join(labels))


def _withhold(statement: PartnerStatement, over_paid: Account) -> None:
    """What a partner was paid too much may have moved since the run was prepared."""
    paid = statement.gross_cents - statement.kept_cents
    statement.withheld_cents = min(paid, over_paid.debits_posted - over_paid.credits_posted)
    statement.due_cents = paid - statement.withheld_cents


def _check_books(statement: PartnerStatement, account: Account) -> None:
    """The ledger would refuse too, but not say which partner it is about."""
    if account.credits_posted - account.debits_posted < statement.gross_cents:
        raise BooksDisagree(partner=statement.partner.name)


def _movements(
    statement: PartnerStatement, kept: Account, over_paid: Account
) -> list[TransferRequest]:
    """What does not go to the partner leaves its account; what it is due stays until it is paid."""
    asked = (
        ("kept", kept.pk, statement.kept_cents),
        ("withheld", over_paid.pk, statement.withheld_cents),
    )
    return [
        TransferRequest(
            debit_account_id=statement.partner.account_id,
            credit_account_id=account_id,
            amount_cents=cents,
            code=code,
            reference=f"{code}:{statement.public_id}",
        )
        for code, account_id, cents in asked
        if cents
    ]


def _number(statements: Sequence[PartnerStatement], *, at: datetime.datetime) -> None:
    """Number statements in the order of their partners. The counter is locked last."""
    year = day_of(at).year
    StatementCounter.objects.bulk_create(
        [StatementCounter(fiscal_year=year)], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE passplus_statementcounter SET latest_number = latest_number + %s
               WHERE fiscal_year = %s RETURNING latest_number - %s""",
            [len(statements), year, len(statements)],
        )
        (before,) = cursor.fetchone()
    for rank, statement in enumerate(statements, start=int(before) + 1):
        statement.number, statement.issued_at = f"RP-{year}-{rank:06d}", at
    PartnerStatement.objects.bulk_update(
        statements, ["number", "issued_at", "withheld_cents", "due_cents"], batch_size=BATCH
    )


def _decide(
    run: PartnerRun, state: str, answer: str, *, actor: Actor, at: datetime.datetime
) -> None:
    run.state, run.answer, run.decided_by, run.decided_at = state, answer.strip(), actor.id, at
    run.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _journal(
    run: PartnerRun, what: str, *, actor: Actor, at: datetime.datetime, **figures: int
) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.run.{what}",
        subject_type="PartnerRun",
        subject_id=run.public_id,
        at=at,
        **figures,
    )
