"""Who is told when the books differ: the operators, by the one log line they must watch."""

from __future__ import annotations

import logging

from commons.models import OutboxEvent
from commons.outbox import handles

logger = logging.getLogger(__name__)


@handles("billing.ledger.differs")
def tell_operators(event: OutboxEvent) -> None:
    """The tenant is on the line already (`commons.logs`); the audit entry names the accounts."""
    logger.error("ledger differs", extra=dict(event.payload))
