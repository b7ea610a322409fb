"""What can be paid at once. Amounts are integer euro cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from billing.invoicing.queries import due_cents
from billing.payments import queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billing.invoicing.models import Invoice

FEWEST = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Together:
    """Invoices that one payment can pay, and their sum."""

    count: int
    due_cents: int


def payable(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Those of one person that can be paid online now, all of one régie, the oldest first."""
    due = [invoice for invoice in invoices if due_cents(invoice) > 0]
    if len({invoice.regie_id for invoice in due}) != 1:
        return []
    if queries.open_merchant(due[0].regie_id) is None or queries.under_way_for(due) is not None:
        return []
    return sorted(due, key=lambda invoice: (invoice.due_on, invoice.pk))


def payable_together(invoices: Iterable[Invoice]) -> Together | None:
    """What one button pays, when there is more than one invoice to pay."""
    found = payable(invoices)
    if len(found) < FEWEST:
        return None
    return Together(count=len(found), due_cents=sum(map(due_cents, found)))
