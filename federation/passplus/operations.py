"""The acts of Pass+, for every door: campaigns, cards, tickets, partners, and what the days do."""

from __future__ import annotations

from federation.passplus.clearing import book_settlements, record_settlement, sign_statement
from federation.passplus.codes import TicketUnreadable
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
from federation.passplus.guests import book_guest, book_guests
from federation.passplus.ibans import (
    IbanInvalid,
    IbanMissing,
    IbanNotWaiting,
    IbanOfOneself,
    confirm_iban,
    give_iban,
    open_iban,
)
from federation.passplus.listing import list_partner, list_partners
from federation.passplus.partners import (
    PartnerAffiliated,
    PartnerDetails,
    PartnerInvalid,
    PartnerOver,
    ReasonMissing,
    affiliate_partner,
    change_partner,
    end_affiliation,
)
from federation.passplus.publishing import CampaignPublished, publish_campaign
from federation.passplus.signing import TicketTextInvalid, replace_key
from federation.passplus.taking import (
    Taken,
    TicketNotTakenElsewhere,
    TooManyTries,
    capture_for_neighbour,
    take_ticket,
)
from federation.passplus.ticketing import (
    PartnerEnded,
    cancel_ticket,
    capture_ticket,
    make_ticket,
)

__all__ = (
    "CampaignPublished",
    "CardGranted",
    "IbanInvalid",
    "IbanMissing",
    "IbanNotWaiting",
    "IbanOfOneself",
    "OtherPartner",
    "PartnerAffiliated",
    "PartnerDetails",
    "PartnerEnded",
    "PartnerInvalid",
    "PartnerOver",
    "ProofMissing",
    "ReasonMissing",
    "Renewed",
    "Swept",
    "Taken",
    "TicketMade",
    "TicketNotTakenElsewhere",
    "TicketOver",
    "TicketTextInvalid",
    "TicketUnknown",
    "TicketUnreadable",
    "TooManyTries",
    "affiliate_partner",
    "book_guest",
    "book_guests",
    "book_settlements",
    "cancel_ticket",
    "capture_for_neighbour",
    "capture_ticket",
    "change_partner",
    "confirm_iban",
    "empty_purses",
    "end_affiliation",
    "end_tickets",
    "give_iban",
    "grant_card",
    "keep_deadlines",
    "list_partner",
    "list_partners",
    "make_ticket",
    "open_iban",
    "prove_status",
    "publish_campaign",
    "record_settlement",
    "renew_cards",
    "replace_key",
    "sign_statement",
    "take_ticket",
)
