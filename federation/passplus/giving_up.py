"""Give a ticket up knowing what becomes of its money: nothing is lost by who did not accept it."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from federation.passplus.models import Ticket
from federation.passplus.ticketing import LossNotAccepted, cancel_ticket

__all__ = ("LossNotAccepted", "give_up")


def give_up(*, ticket: Ticket, accepts_loss: bool, actor: Actor, at: datetime.datetime) -> Ticket:
    """
    Give a ticket up, as its holder does. Again changes nothing.

    What becomes of the money is decided under the lock of the ticket: whatever a till does of it meanwhile,
    and whatever the hour, nothing is lost that was not accepted.

    :raises LossNotAccepted: if its money would be lost, and that is not accepted
    :raises DomainError: as `cancel_ticket`
    """
    return cancel_ticket(ticket=ticket, accepts_loss=accepts_loss, actor=actor, at=at)
