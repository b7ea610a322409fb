"""The acts of Pass+, for every door: campaigns, cards, tickets, partners, and what the days do."""

from __future__ import annotations

from federation.passplus.capturing import (
    UNDO_FOR,
    TicketTaken,
    UndoTooLate,
    ValidationReused,
    capture_at_till,
    undo_capture,
)
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
from federation.passplus.engine.spending import CaptureTooMuch
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
from federation.passplus.members import (
    AlreadyMember,
    InvitationInvalid,
    InvitationRefused,
    LastManager,
    TooManyInvitations,
    change_role,
    end_member,
    invite_member,
    join,
    join_as_new,
    withdraw_invitation,
)
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
from federation.passplus.permits import (
    CancellationWaits,
    OfflineNotNow,
    TillClosed,
    begin_offline,
    end_offline,
)
from federation.passplus.publishing import CampaignPublished, publish_campaign
from federation.passplus.sending import Shown, send_capture, send_captures
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
from federation.passplus.tills import (
    LastTill,
    TillNameInvalid,
    TooManyTills,
    close_till,
    open_till,
    rename_till,
)

__all__ = (
    "UNDO_FOR",
    "AlreadyMember",
    "CampaignPublished",
    "CancellationWaits",
    "CaptureTooMuch",
    "CardGranted",
    "IbanInvalid",
    "IbanMissing",
    "IbanNotWaiting",
    "IbanOfOneself",
    "InvitationInvalid",
    "InvitationRefused",
    "LastManager",
    "LastTill",
    "OfflineNotNow",
    "OtherPartner",
    "PartnerAffiliated",
    "PartnerDetails",
    "PartnerEnded",
    "PartnerInvalid",
    "PartnerOver",
    "ProofMissing",
    "ReasonMissing",
    "Renewed",
    "Shown",
    "Swept",
    "Taken",
    "TicketMade",
    "TicketNotTakenElsewhere",
    "TicketOver",
    "TicketTaken",
    "TicketTextInvalid",
    "TicketUnknown",
    "TicketUnreadable",
    "TillClosed",
    "TillNameInvalid",
    "TooManyInvitations",
    "TooManyTills",
    "TooManyTries",
    "UndoTooLate",
    "ValidationReused",
    "affiliate_partner",
    "begin_offline",
    "book_guest",
    "book_guests",
    "book_settlements",
    "cancel_ticket",
    "capture_at_till",
    "capture_for_neighbour",
    "capture_ticket",
    "change_partner",
    "change_role",
    "close_till",
    "confirm_iban",
    "empty_purses",
    "end_affiliation",
    "end_member",
    "end_offline",
    "end_tickets",
    "give_iban",
    "grant_card",
    "invite_member",
    "join",
    "join_as_new",
    "keep_deadlines",
    "list_partner",
    "list_partners",
    "make_ticket",
    "open_iban",
    "open_till",
    "prove_status",
    "publish_campaign",
    "record_settlement",
    "rename_till",
    "renew_cards",
    "replace_key",
    "send_capture",
    "send_captures",
    "sign_statement",
    "take_ticket",
    "undo_capture",
    "withdraw_invitation",
)
