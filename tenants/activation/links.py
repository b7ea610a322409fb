"""The links that e-mails carry: who may follow one, once, and until when. Nothing of them is stored.

A link names its subject and its moment, sealed by a fingerprint of what it is bound to: a recovery to
the password it replaces (so it dies with it, used or not), a confirmation to its address.
"""

from __future__ import annotations

import datetime
import hmac
import uuid
from typing import TYPE_CHECKING

from commons import sealing

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.activation.models import AddressClaim

RECOVERY_LASTS = datetime.timedelta(hours=1)
_PARTS = 3
_RECOVERY, _ADDRESS = "activation.recovery", "activation.address"


def recovery_token(user: User, *, at: datetime.datetime) -> str:
    """What the link of a recovery asked for at that moment ends with."""
    moment = f"{int(at.timestamp()):x}"
    mac = sealing.fingerprint(_bound_to(user, moment), purpose=_RECOVERY)
    return f"{user.public_id.hex}.{moment}.{mac}"


def recovered_id(token: str, *, at: datetime.datetime) -> uuid.UUID | None:
    """Whose account a link is about, if its hour is not over; whether it is ours is not said yet."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        public_id, issued = uuid.UUID(hex=parts[0]), int(parts[1], 16)
    except ValueError:
        return None
    return public_id if 0 <= at.timestamp() - issued < RECOVERY_LASTS.total_seconds() else None


def is_recovery_of(user: User, token: str) -> bool:
    """Whether we made this link for the password that this account still has."""
    _public_id, _dot, rest = token.partition(".")
    moment, _dot, mac = rest.partition(".")
    return _matches(_bound_to(user, moment), mac, _RECOVERY)


def address_token(claim: AddressClaim) -> str:
    """What the link that confirms an address ends with."""
    return f"{claim.public_id.hex}.{sealing.fingerprint(_claimed(claim), purpose=_ADDRESS)}"


def claim_id(token: str) -> uuid.UUID | None:
    """The claim a link is about; whether the link is ours is not said yet."""
    try:
        return uuid.UUID(hex=token.partition(".")[0])
    except ValueError:
        return None


def is_address_of(claim: AddressClaim, token: str) -> bool:
    """Whether we made this link for this claim."""
    return _matches(_claimed(claim), token.partition(".")[2], _ADDRESS)


def _bound_to(user: User, moment: str) -> str:
    return "|".join((user.public_id.hex, moment, user.email or "", user.password))


def _claimed(claim: AddressClaim) -> str:
    return f"{claim.public_id.hex}|{claim.user_id}|{claim.email}"


def _matches(text: str, mac: str, purpose: str) -> bool:
    found = [
        hmac.compare_digest(known.encode(), mac.encode())
        for known in sealing.fingerprints(text, purpose=purpose)
    ]
    return any(found)
