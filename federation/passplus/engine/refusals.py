"""What is refused of a card or a ticket, in memory and in the database alike."""

from __future__ import annotations

from commons.errors import DomainError


class CardUnknown(DomainError):
    """No card of this name was granted."""

    code = "PASSPLUS_CARD_UNKNOWN"


class CardGranted(DomainError):
    """A card of this name was granted before."""

    code = "PASSPLUS_CARD_GRANTED"


class TicketUnknown(DomainError):
    """No ticket of this name was made."""

    code = "PASSPLUS_TICKET_UNKNOWN"


class TicketMade(DomainError):
    """A ticket of this name was made before."""

    code = "PASSPLUS_TICKET_MADE"


class TicketOver(DomainError):
    """The ticket was validated, given up, or is too old."""

    code = "PASSPLUS_TICKET_OVER"


class OtherPartner(DomainError):
    """The ticket is made out to another partner."""

    code = "PASSPLUS_OTHER_PARTNER"


class ProofMissing(DomainError):
    """Something is still to be proved before the card is granted."""

    code = "PASSPLUS_PROOF_MISSING"


class NothingToReimburse(DomainError):
    """Nothing that this partner validated is still to be paid."""

    code = "PASSPLUS_NOTHING_TO_REIMBURSE"
