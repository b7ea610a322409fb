"""Which agents reach the files of partners. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from commons.errors import NotFound
from federation.passplus.models import (
    Partner,
    PartnerAgreement,
    PartnerApplication,
    PartnerIban,
    PartnerMember,
    PartnerTerms,
    SheetProposal,
    TicketKey,
)
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_application(user: User, public_id: uuid.UUID) -> PartnerApplication:
    """
    An application, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: PartnerApplication = _found(user, PartnerApplication, public_id)
    return found


def access_partner(user: User, public_id: uuid.UUID) -> Partner:
    """
    A partner, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: Partner = _found(user, Partner, public_id)
    return found


def access_iban(user: User, public_id: uuid.UUID) -> PartnerIban:
    """
    An account of a partner, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: PartnerIban = _found(user, PartnerIban, public_id)
    return found


def access_member(user: User, public_id: uuid.UUID) -> PartnerMember:
    """
    Somebody who works for a partner, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: PartnerMember = _found(user, PartnerMember, public_id)
    return found


def access_ticket_key(user: User, kid: str) -> TicketKey:
    """
    A key that signs tickets, by its name, for who sets Pass+ up; its private part stays sealed.

    :raises NotFound: if absent, or not theirs to replace
    """
    found = None
    if user.can(Capability.MANAGE_PASSPLUS):
        found = TicketKey.objects.filter(kid=kid).first()
    if found is None:
        raise NotFound(key=kid)
    return found


def access_proposal(user: User, public_id: uuid.UUID) -> SheetProposal:
    """
    What a partner asked to change of its sheet, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: SheetProposal = _found(user, SheetProposal, public_id)
    return found


def access_terms(user: User, public_id: uuid.UUID) -> PartnerTerms:
    """
    What partners sign, for who decides of partners.

    :raises NotFound: if absent, or not theirs to decide
    """
    found: PartnerTerms = _found(user, PartnerTerms, public_id)
    return found


def access_agreement(user: User, public_id: uuid.UUID) -> PartnerAgreement:
    """
    What a partner signed, for who decides of partners.

    :raises NotFound: if absent, or not theirs to read
    """
    found: PartnerAgreement = _found(user, PartnerAgreement, public_id)
    return found


def _found(user: User, model: Any, public_id: uuid.UUID) -> Any:
    found = (
        model.objects.filter(public_id=public_id).first()
        if user.can(Capability.MANAGE_PARTNERS)
        else None
    )
    if found is None:
        raise NotFound(row=str(public_id))
    return found
