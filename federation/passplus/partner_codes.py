"""The codes that say who writes for a partner: six figures, sent to the address of the application.

A code is made of its row and of a secret that is not in the database, so it is kept nowhere: the message
makes it, and whoever types it is compared with it. Five tries of each, ten codes a day: 50 tries a day of
a million find one in twenty-seven years on average.
"""

from __future__ import annotations

import datetime
import hmac

from django.db.models import QuerySet

from commons import sealing
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.models import PartnerApplication, PartnerCode

LIFETIME = datetime.timedelta(minutes=20)
MOST_TRIES = 5
MOST_A_DAY = 10
_DAY = datetime.timedelta(days=1)
_PURPOSE = "passplus.partner_code"
_FIGURES = 6


class CodeRefused(DomainError):
    """Not the code that was sent, or it is too old; `tries` says how many are left."""

    code = "PASSPLUS_CODE_REFUSED"


class TooManyCodes(DomainError):
    """Ten codes were sent in a day, or five were wrong."""

    code = "PASSPLUS_CODE_TOO_MANY"


def figures_of(code: PartnerCode) -> str:
    """What the message says."""
    return _figures(sealing.fingerprint(str(code.public_id), purpose=_PURPOSE))


def send(locked: PartnerApplication, *, purpose: str, at: datetime.datetime) -> PartnerCode:
    """
    Have another code sent, in place of the one before. Inside the caller's transaction.

    :raises TooManyCodes: if ten were sent in a day
    """
    sent = PartnerCode.objects.filter(application=locked, sent_at__gt=at - _DAY)
    if sent.count() >= MOST_A_DAY:
        raise TooManyCodes
    _open(locked, purpose).update(ended_at=at)
    code = PartnerCode.objects.create(
        application=locked, purpose=purpose, sent_at=at, expires_at=at + LIFETIME
    )
    record_event(
        "passplus.partner_code.asked",
        aggregate=f"partner_application:{locked.public_id}",
        occurred_at=at,
        code_id=code.pk,
    )
    return code


def take(
    locked: PartnerApplication, *, purpose: str, written: str, at: datetime.datetime
) -> PartnerCode | None:
    """
    The code that was sent, if it is this one: it serves once. A wrong one is counted.

    Inside the caller's transaction, which must be kept when there is None: the try counts.

    :raises TooManyCodes: if this code was tried five times
    """
    code = _open(locked, purpose).first()
    if code is None or at >= code.expires_at:
        return None
    if code.tries >= MOST_TRIES:
        raise TooManyCodes
    typed = "".join(sign for sign in written if sign.isascii() and sign.isdecimal())
    kept = [_figures(one) for one in sealing.fingerprints(str(code.public_id), purpose=_PURPOSE)]
    if any(hmac.compare_digest(typed, one) for one in kept):
        code.ended_at = at
        code.save(update_fields=["ended_at"])
        return code
    code.tries += 1
    code.save(update_fields=["tries"])
    return None


def tries_left(locked: PartnerApplication, *, purpose: str, at: datetime.datetime) -> int:
    """How many more tries the code that was sent has."""
    code = _open(locked, purpose).first()
    return MOST_TRIES - code.tries if code is not None and at < code.expires_at else 0


def _open(locked: PartnerApplication, purpose: str) -> QuerySet[PartnerCode]:
    return PartnerCode.objects.filter(application=locked, purpose=purpose, ended_at__isnull=True)


def _figures(fingerprint: str) -> str:
    return f"{int(fingerprint, 16) % 10**_FIGURES:0{_FIGURES}d}"
