"""The acts of paying partners, for every door: rules, runs, corrections, disputes."""

from __future__ import annotations

from federation.passplus.engine.refusals import NothingToReimburse
from federation.passplus.reimbursing.approving import (
    BooksDisagree,
    RunBySamePerson,
    RunDecided,
    RunStale,
    approve_run,
    refuse_run,
)
from federation.passplus.reimbursing.correcting import (
    CorrectionBySamePerson,
    CorrectionDecided,
    CorrectionEmpty,
    CorrectionLineInvalid,
    CorrectionNotUndone,
    Wrong,
    approve_correction,
    ask_correction,
    ask_undoing,
    refuse_correction,
)
from federation.passplus.reimbursing.disputing import (
    DisputeAnswered,
    LineDisputed,
    LineNotDisputable,
    answer_statement_dispute,
    dispute_statement_line,
)
from federation.passplus.reimbursing.elsewhere import (
    CorrectionElsewhere,
    NeighbourClosed,
    finish_returns,
    return_for_neighbour,
    take_again_for_neighbour,
)
from federation.passplus.reimbursing.paying import (
    PayingAccountInvalid,
    PayingAccountMissing,
    PayoutNotReturned,
    PayoutReturned,
    TrustBySamePerson,
    open_paying_account,
    read_payment_file,
    record_return,
    trust_iban_again,
)
from federation.passplus.reimbursing.preparing import RunTooEarly, RunUnderWay, prepare_run
from federation.passplus.reimbursing.pricing_rules import (
    PricingPublished,
    PricingTooEarly,
    publish_pricing,
)
from federation.passplus.reimbursing.righting import CorrectionSpent, CorrectionTooMuch

__all__ = (
    "BooksDisagree",
    "CorrectionBySamePerson",
    "CorrectionDecided",
    "CorrectionElsewhere",
    "CorrectionEmpty",
    "CorrectionLineInvalid",
    "CorrectionNotUndone",
    "CorrectionSpent",
    "CorrectionTooMuch",
    "DisputeAnswered",
    "LineDisputed",
    "LineNotDisputable",
    "NeighbourClosed",
    "NothingToReimburse",
    "PayingAccountInvalid",
    "PayingAccountMissing",
    "PayoutNotReturned",
    "PayoutReturned",
    "PricingPublished",
    "PricingTooEarly",
    "RunBySamePerson",
    "RunDecided",
    "RunStale",
    "RunTooEarly",
    "RunUnderWay",
    "TrustBySamePerson",
    "Wrong",
    "answer_statement_dispute",
    "approve_correction",
    "approve_run",
    "ask_correction",
    "ask_undoing",
    "dispute_statement_line",
    "finish_returns",
    "open_paying_account",
    "prepare_run",
    "publish_pricing",
    "read_payment_file",
    "record_return",
    "refuse_correction",
    "refuse_run",
    "return_for_neighbour",
    "take_again_for_neighbour",
    "trust_iban_again",
)
