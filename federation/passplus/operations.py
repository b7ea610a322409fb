"""The acts of Pass+, for every door: campaigns, cards, tickets, partners, and what the days do."""

from __future__ import annotations

from federation.passplus.deadlines import Swept, empty_purses, end_tickets, keep_deadlines
from federation.passplus.engine.refusals import (
    CardGranted,
    OtherPartner,
    ProofMissing,
    TicketMade,
    TicketOver,
    TicketUnknown,
)
from federation.passplus.granting import Renewed, grant_card, prove_status, renew_cards
from federation.passplus.partners import PartnerAffiliated, PartnerInvalid, affiliate_partner
from federation.passplus.publishing import CampaignPublished, publish_campaign
from federation.passplus.ticketing import (
    PartnerEnded,
    cancel_ticket,
    capture_ticket,
    make_ticket,
)

__all__ = (
    "CampaignPublished",
    "CardGranted",
    "OtherPartner",
    "PartnerAffiliated",
    "PartnerEnded",
    "PartnerInvalid",
    "ProofMissing",
    "Renewed",
    "Swept",
    "TicketMade",
    "TicketOver",
    "TicketUnknown",
    "affiliate_partner",
    "cancel_ticket",
    "capture_ticket",
    "empty_purses",
    "end_tickets",
    "grant_card",
    "keep_deadlines",
    "make_ticket",
    "prove_status",
    "publish_campaign",
    "renew_cards",
)
