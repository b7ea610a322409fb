"""The acts on what two départements share, for every door. Each writes in its own name."""

from __future__ import annotations

from federation.agreements.acts import (
    AgreementChanged,
    AgreementInvalid,
    AgreementOpen,
    AgreementOver,
)
from federation.reciprocity.agreements import (
    Directions,
    end_agreement,
    propose_agreement,
    sign_agreement,
)
from federation.reciprocity.statements import (
    MonthNotOver,
    NeighbourUnknown,
    NothingToState,
    NotToReceive,
    SignatoryMissing,
    StatementDiffers,
    check_lines,
    prepare_statement,
    tell,
    write_settlement,
    write_signature,
)

__all__ = (
    "AgreementChanged",
    "AgreementInvalid",
    "AgreementOpen",
    "AgreementOver",
    "Directions",
    "MonthNotOver",
    "NeighbourUnknown",
    "NotToReceive",
    "NothingToState",
    "SignatoryMissing",
    "StatementDiffers",
    "check_lines",
    "end_agreement",
    "prepare_statement",
    "propose_agreement",
    "sign_agreement",
    "tell",
    "write_settlement",
    "write_signature",
)
