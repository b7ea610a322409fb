"""Who may see what partners are paid. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.passplus.models import (
    Correction,
    Partner,
    PartnerRun,
    PartnerStatement,
    PaymentOrder,
    Payout,
    StatementDispute,
    StatementLine,
)
from federation.passplus.reimbursing import queries
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_partner_run(user: User, public_id: uuid.UUID) -> PartnerRun:
    """
    A run, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    run = None
    if user.can(Capability.READ_MONEY):
        run = PartnerRun.objects.filter(public_id=public_id).first()
    if run is None:
        raise NotFound(run=str(public_id))
    return run


def access_partner_statement(user: User, public_id: uuid.UUID) -> PartnerStatement:
    """
    A statement, issued or not, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    statement = None
    if user.can(Capability.READ_MONEY):
        statement = (
            PartnerStatement.objects.filter(public_id=public_id)
            .select_related("partner", "run")
            .first()
        )
    if statement is None:
        raise NotFound(statement=str(public_id))
    return statement


def access_correction(user: User, public_id: uuid.UUID) -> Correction:
    """
    A correction, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    correction = None
    if user.can(Capability.READ_MONEY):
        correction = queries.corrections().filter(public_id=public_id).first()
    if correction is None:
        raise NotFound(correction=str(public_id))
    return correction


def access_statement_dispute(user: User, public_id: uuid.UUID) -> StatementDispute:
    """
    A dispute of a partner, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    dispute = None
    if user.can(Capability.READ_MONEY):
        dispute = queries.disputes().filter(public_id=public_id).first()
    if dispute is None:
        raise NotFound(dispute=str(public_id))
    return dispute


def access_payout(user: User, public_id: uuid.UUID) -> Payout:
    """
    A transfer to a partner, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    payout = None
    if user.can(Capability.READ_MONEY):
        payout = queries.payouts().filter(public_id=public_id).first()
    if payout is None:
        raise NotFound(payout=str(public_id))
    return payout


def access_payment_order(user: User, public_id: uuid.UUID) -> PaymentOrder:
    """
    An order to the bank, for the staff who pay: its file holds accounts.

    :raises NotFound: if absent, or not theirs to see
    """
    order = None
    may = (Capability.PREPARE_PARTNER_PAYMENTS, Capability.APPROVE_PARTNER_PAYMENTS)
    if any(user.can(capability) for capability in may):
        order = (
            PaymentOrder.objects.filter(public_id=public_id)
            .select_related("paid_from", "run")
            .first()
        )
    if order is None:
        raise NotFound(order=str(public_id))
    return order


def access_own_statement(partner: Partner, public_id: uuid.UUID) -> PartnerStatement:
    """
    A statement of the partner one works for, once it is issued.

    :raises NotFound: if absent, not issued, or another's
    """
    statement = queries.issued_statement(partner, public_id)
    if statement is None:
        raise NotFound(statement=str(public_id))
    return statement


def access_own_line(partner: Partner, public_id: uuid.UUID, number: str) -> StatementLine:
    """
    A line of a statement of the partner one works for.

    :raises NotFound: if absent, or another's
    """
    return queries.line_of(access_own_statement(partner, public_id), number)
