"""Handlers that write to partners about what they are paid. As `ui.messages`.

To those who manage the partner here; to its own address while nobody does.
"""

from __future__ import annotations

import datetime

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.passplus.models import Partner, PartnerStatement
from federation.passplus.reimbursing import queries
from ui import mail

ONE_DAY = datetime.timedelta(days=1)


@handles("passplus.statement.issued")
def tell_statement_issued(event: OutboxEvent) -> None:
    """Write how much, over which days, and whether it is paid at once."""
    statement = queries.statement_by_id(event.payload["statement_id"])
    payout = queries.latest_payouts([statement]).get(statement.pk)
    _write(
        "partner_statement",
        statement.partner,
        event,
        path=_page(statement),
        statement=statement,
        payout=payout,
        last_day=statement.run.until - ONE_DAY,
    )


@handles("passplus.payout.returned")
def tell_payout_returned(event: OutboxEvent) -> None:
    """Write that the money came back and is still due, and ask for another account."""
    payout = queries.payout_by_id(event.payload["payout_id"])
    path = _page(payout.statement)
    _write("partner_payout_returned", payout.statement.partner, event, path=path, payout=payout)


@handles("passplus.dispute.answered")
def tell_dispute_answered(event: OutboxEvent) -> None:
    """Write yes or no, and why."""
    dispute = queries.dispute_by_id(event.payload["dispute_id"])
    statement = dispute.line.statement
    _write(
        "partner_dispute_answered",
        statement.partner,
        event,
        path=_page(statement),
        dispute=dispute,
        statement=statement,
    )


@handles("passplus.correction.done")
def tell_correction_done(event: OutboxEvent) -> None:
    """Write why, and what it changes for this partner alone."""
    found = queries.correction_for(event.payload["correction_id"], event.payload["partner_id"])
    _write(
        "partner_correction",
        found.partner,
        event,
        path=reverse("portal:partner-statements"),
        correction=found.correction,
        owed_cents=found.owed_cents,
        credited_cents=found.credited_cents,
    )


def _page(statement: PartnerStatement) -> str:
    return reverse("portal:partner-statement", args=[statement.public_id])


def _write(
    name: str, partner: Partner, event: OutboxEvent, *, path: str, **context: object
) -> None:
    for reader in queries.readers_of(partner):
        mail.compose(
            name,
            event=event,
            recipient=mail.Recipient(email=reader.email, first_name=reader.first_name),
            part=reader.key,
            context={"action_url": mail.portal_address(path), "partner": partner, **context},
        ).send()
