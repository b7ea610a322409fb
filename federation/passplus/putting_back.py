"""What undoes a validation: the opposite movements, then a hold again. Callers say who may, and when."""

from __future__ import annotations

import datetime

from billing.ledger import operations as ledger
from billing.ledger.models import Transfer
from billing.ledger.operations import TransferRequest
from commons.actors import Actor
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.models import Campaign, Ticket, available_in


class UndoTooLate(DomainError):
    """A validation is undone within a minute, and before its ticket's last day is over."""

    code = "PASSPLUS_UNDO_TOO_LATE"


def put_back(
    ticket: Ticket,
    campaign: Campaign,
    *,
    owed_account_id: int,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """The opposite movements of a validation, and the hold that follows. The ticket is locked.

    `owed_account_id` is what the validation credited: a partner's account, or what we owe a neighbour.

    :raises UndoTooLate: if the partner's account no longer has it: it was paid
    """
    taken, purse = ticket.captured_cents, ticket.purse.account_id
    assert taken is not None
    returned = Transfer.objects.filter(reference=ticket.reference("return")).first()
    steps = [
        ("undo-due", owed_account_id, campaign.captured_account_id, taken),
        ("undo-capture", campaign.captured_account_id, purse, taken),
    ]
    if returned is not None:
        steps.append(("undo-return", campaign.budget_account_id, purse, returned.amount_cents))
    concerned = {account for _code, *both, _cents in steps for account in both}
    locked = ledger.lock_accounts(account_ids=concerned)
    owed = locked[owed_account_id]
    if owed.debits_must_not_exceed_credits and available_in(owed) < taken:
        raise UndoTooLate
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=debit,
                credit_account_id=credit,
                amount_cents=cents,
                code=code,
                reference=reference if code == "undo-due" else ticket.reference(code),
            )
            for code, debit, credit, cents in steps
        ],
        actor=actor,
        at=at,
    )
    available = available_in(ledger.lock_accounts(account_ids=[purse])[purse])
    ticket.undone += 1
    ticket.cents = min(ticket.cents, available)
    ticket.hold = ledger.hold(
        debit_account_id=purse,
        credit_account_id=campaign.captured_account_id,
        amount_cents=ticket.cents,
        timeout_at=None,
        code="ticket",
        reference=ticket.reference("ticket"),
        actor=actor,
        at=at,
    )
    ticket.state, ticket.ended_at = Ticket.State.MADE, None
    ticket.captured_by = ticket.captured_away = ticket.captured_cents = None
    ticket.save(
        update_fields=[
            "undone", "cents", "hold", "state", "ended_at", "captured_by",
            "captured_away", "captured_cents",
        ]
    )  # fmt: skip
    card = ticket.purse.card
    record_event(
        "passplus.ticket.put_back",
        aggregate=f"card:{card.public_id}",
        occurred_at=at,
        ticket=ticket.public_id,
        card=card.public_id,
        cents=taken,
    )
