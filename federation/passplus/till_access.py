"""What of partners an account reaches: its own memberships, and what is its partner's. Absent and
forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.passplus.models import (
    OfflinePermit,
    PartnerInvitation,
    PartnerMember,
    SheetProposal,
    Till,
    TillCapture,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

SPACE = "partner"  # of their sessions (`Facts.space`)


def memberships(user: User) -> list[PartnerMember]:
    """The partners an account works for now, by name."""
    found = PartnerMember.objects.filter(user_id=user.pk, ended_at__isnull=True)
    if not user.is_active:
        return []
    return list(found.select_related("partner", "user").order_by("partner__name", "pk"))


def access_membership(user: User, public_id: uuid.UUID) -> PartnerMember:
    """
    One of the account's own memberships.

    :raises NotFound: if it has none of this name
    """
    for member in memberships(user):
        if member.public_id == public_id:
            return member
    raise NotFound(member=str(public_id))


def access_till(member: PartnerMember, public_id: uuid.UUID) -> Till:
    """A till of the member's partner.

    :raises NotFound: if it has none of this name
    """
    found = Till.objects.filter(public_id=public_id, partner_id=member.partner_id).first()
    if found is None:
        raise NotFound(till=str(public_id))
    return found


def access_proposal(member: PartnerMember, public_id: uuid.UUID) -> SheetProposal:
    """What the member's partner asked to change of its sheet.

    :raises NotFound: if it asked for nothing of this name
    """
    found = SheetProposal.objects.filter(public_id=public_id, partner_id=member.partner_id)
    proposal = found.first()
    if proposal is None:
        raise NotFound(proposal=str(public_id))
    return proposal


def access_capture(member: PartnerMember, public_id: uuid.UUID) -> TillCapture:
    """A validation at a till of the member's partner.

    :raises NotFound: if it has none of this name
    """
    found = (
        TillCapture.objects.filter(public_id=public_id, till__partner_id=member.partner_id)
        .select_related("till", "member__user", "ticket__purse__card__campaign")
        .first()
    )
    if found is None:
        raise NotFound(capture=str(public_id))
    return found


def access_colleague(manager: PartnerMember, public_id: uuid.UUID) -> PartnerMember:
    """Somebody who works for the same partner, for who manages it.

    :raises NotFound: if there is nobody, or not theirs to see
    """
    found = None
    if manager.is_manager:
        found = (
            PartnerMember.objects.filter(
                public_id=public_id, partner_id=manager.partner_id, ended_at__isnull=True
            )
            .select_related("user", "partner")
            .first()
        )
    if found is None:
        raise NotFound(member=str(public_id))
    return found


def access_invitation(manager: PartnerMember, public_id: uuid.UUID) -> PartnerInvitation:
    """An invitation that waits, for who manages the partner.

    :raises NotFound: if there is none, or not theirs to see
    """
    found = None
    if manager.is_manager:
        found = PartnerInvitation.objects.filter(
            public_id=public_id, partner_id=manager.partner_id, ended_at__isnull=True
        ).first()
    if found is None:
        raise NotFound(invitation=str(public_id))
    return found


def access_permit(member: PartnerMember, public_id: uuid.UUID) -> OfflinePermit:
    """A permit of a till of the member's partner.

    :raises NotFound: if there is none of this name
    """
    found = (
        OfflinePermit.objects.filter(public_id=public_id, till__partner_id=member.partner_id)
        .select_related("till")
        .first()
    )
    if found is None:
        raise NotFound(permit=str(public_id))
    return found
