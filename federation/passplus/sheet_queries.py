"""What a partner reads of its own sheet and account: what waits, what was decided, and by whom."""

from __future__ import annotations

from commons.models import AuditEntry
from federation.passplus.models import Partner, PartnerIban, SheetProposal

MOST = 100
# What the journal says of a partner that the partner itself may read.
_TOLD = (
    "passplus.partner.affiliated", "passplus.partner.changed", "passplus.partner.ended",
    "passplus.iban.given", "passplus.iban.confirmed",
    "passplus.sheet.proposed", "passplus.sheet.accepted", "passplus.sheet.refused",
    "passplus.sheet.withdrawn",
)  # fmt: skip


def waiting_sheet(partner: Partner) -> SheetProposal | None:
    """What a partner asked for and nobody decided."""
    state = SheetProposal.State.WAITING
    return SheetProposal.objects.filter(partner=partner, state=state).first()


def latest_answer(partner: Partner) -> SheetProposal | None:
    """What was decided last of what a partner asked for."""
    decided = (SheetProposal.State.ACCEPTED, SheetProposal.State.REFUSED)
    found = SheetProposal.objects.filter(partner=partner, state__in=decided)
    return found.order_by("-decided_at", "-pk").first()


def proposal_by_id(proposal_id: int) -> SheetProposal:
    """A demand an event names."""
    return SheetProposal.objects.select_related("partner").get(pk=proposal_id)


def accounts_of(partner: Partner) -> list[PartnerIban]:
    """The accounts a partner was or is paid to, the latest first; of each, its last figures alone."""
    found = PartnerIban.objects.filter(partner=partner).defer("sealed_iban")
    return list(found.order_by("-pk")[:MOST])


def changes_of(partner: Partner) -> list[AuditEntry]:
    """What became of a partner's sheet and account, and who did it, the latest first."""
    found = AuditEntry.objects.filter(
        subject_type="Partner", subject_id=str(partner.public_id), action__in=_TOLD
    )
    return list(found.order_by("-at", "-pk")[:MOST])
