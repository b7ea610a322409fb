"""What the worker does of the events of payments: a notice is looked into, with no lock held."""

from __future__ import annotations

from django.utils import timezone

from billing.payments import operations, queries
from commons.models import OutboxEvent
from commons.outbox import handles


@handles("billing.payment.noticed")
def look_into_notice(event: OutboxEvent) -> None:
    """Ask the provider about the payment a notice speaks of; running it again changes nothing."""
    notice = queries.notice_by_id(event.payload["notice_id"])
    operations.handle_notice(notice=notice, at=timezone.now())


@handles("billing.refund.approved")
def send_refund(event: OutboxEvent) -> None:
    """Have the provider give back what two people agreed on; running it again changes nothing."""
    refund = queries.refund_by_id(event.payload["refund_id"])
    operations.look_at_refund(refund=refund, at=timezone.now())
