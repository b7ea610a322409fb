"""What putting money right would change, asked and approved by two people who are nobody, then undone.

Shown by every door before anything is asked: it is the operations themselves that say it, and refuse.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence

from commons.rehearsing import PREVIEW, SECOND, rehearse
from federation.passplus.models import Correction
from federation.passplus.reimbursing.correcting import (
    Wrong,
    approve_correction,
    ask_correction,
    ask_undoing,
)
from federation.passplus.reimbursing.queries import Rehearsed, rehearsed


def foresee_correction(
    *, kind: str, wrongs: Sequence[Wrong], reason: str, at: datetime.datetime
) -> Rehearsed:
    """
    What a correction would change, once approved.

    :raises DomainError: as `ask_correction` and `approve_correction` would
    """
    found: Rehearsed = rehearse(
        ask_correction,
        read=functools.partial(foresee_approval, at=at),
        kind=kind,
        wrongs=wrongs,
        reason=reason,
        actor=PREVIEW,
        at=at,
    )
    return found


def foresee_undoing(correction: Correction, *, reason: str, at: datetime.datetime) -> Rehearsed:
    """
    What undoing a correction would change, once approved.

    :raises DomainError: as `ask_undoing` and `approve_correction` would
    """
    found: Rehearsed = rehearse(
        ask_undoing,
        read=functools.partial(foresee_approval, at=at),
        correction=correction,
        reason=reason,
        actor=PREVIEW,
        at=at,
    )
    return found


def foresee_approval(correction: Correction, *, at: datetime.datetime) -> Rehearsed:
    """
    What approving a correction would change.

    :raises DomainError: as `approve_correction` would
    """
    found: Rehearsed = rehearse(
        approve_correction, read=rehearsed, correction=correction, actor=SECOND, at=at
    )
    return found
