"""The acts on pupils who move, for every door."""

from __future__ import annotations

from federation.agreements.acts import (
    AgreementChanged,
    AgreementInvalid,
    AgreementOpen,
    AgreementOver,
)
from federation.exchange.agreements import Terms, end_agreement, propose_agreement, sign_agreement
from federation.exchange.identity import Identity
from federation.exchange.letting_go import (
    NothingToConfirm,
    confirm_match,
    keep_deadlines,
    refuse_departure,
)
from federation.exchange.merging import (
    MergedAlready,
    NotTheSameChild,
    TakenOver,
    merge,
    unmerge,
)
from federation.exchange.moving import MoveOver
from federation.exchange.opening import (
    AlreadyMoving,
    Consent,
    IdentityInvalid,
    ItemNotOffered,
    NoAgreement,
    NotTheirChild,
    QuotaReached,
    open_arrival,
    open_departure,
    withdraw_arrival,
    withdraw_departure,
)
from federation.exchange.taking_in import read_envelopes
from federation.exchange.taking_over import (
    NoHousehold,
    NothingToTakeOver,
    NotMerged,
    refuse_arrival,
    set_aside,
    take_over,
)

__all__ = (
    "AgreementChanged",
    "AgreementInvalid",
    "AgreementOpen",
    "AgreementOver",
    "AlreadyMoving",
    "Consent",
    "Identity",
    "IdentityInvalid",
    "ItemNotOffered",
    "MergedAlready",
    "MoveOver",
    "NoAgreement",
    "NoHousehold",
    "NotMerged",
    "NotTheSameChild",
    "NotTheirChild",
    "NothingToConfirm",
    "NothingToTakeOver",
    "QuotaReached",
    "TakenOver",
    "Terms",
    "confirm_match",
    "end_agreement",
    "keep_deadlines",
    "merge",
    "open_arrival",
    "open_departure",
    "propose_agreement",
    "read_envelopes",
    "refuse_arrival",
    "refuse_departure",
    "set_aside",
    "sign_agreement",
    "take_over",
    "unmerge",
    "withdraw_arrival",
    "withdraw_departure",
)
