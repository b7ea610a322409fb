"""Give a ticket up knowing what becomes of its money: nothing is lost by who did not accept it."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from commons.errors import DomainError
from federation.passplus.engine import spending
from federation.passplus.models import Ticket
from federation.passplus.ticketing import cancel_ticket


class LossNotAccepted(DomainError):
    """The money of the ticket would be lost, and nobody said that they accept it."""

    code = "PASSPLUS_LOSS_NOT_ACCEPTED"


def give_up(*, ticket: Ticket, accepts_loss: bool, actor: Actor, at: datetime.datetime) -> Ticket:
    """
    Give a ticket up, as its holder does. Again changes nothing.

    The same moment decides whether it is lost and moves the money: no midnight comes between.

    :raises LossNotAccepted: if its money would be lost, and that is not accepted
    :raises DomainError: as `cancel_ticket`
    """
    rules = ticket.purse.card.campaign.rules
    is_lost = spending.is_lost_by_cancelling(rules, at=at)
    if is_lost and not accepts_loss and ticket.state == Ticket.State.MADE:
        raise LossNotAccepted(cents=ticket.cents)
    return cancel_ticket(ticket=ticket, actor=actor, at=at)
