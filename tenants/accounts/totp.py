"""Codes of an application: RFC 6238 with what every application knows: SHA-1, six digits, 30 seconds.

A code belongs to a *step*: the number of half minutes since 1970. One step before and one after are
taken too (§5.2), for clocks that differ; a step that served, or one before it, never again.
"""

from __future__ import annotations

import datetime
import hmac
import re

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
SECRET_BYTES = 20  # RFC 4226 §4: 160 bits
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A secret of 160 bits, in base 32 as applications take it."""
    return pyotp.random_base32(length=SECRET_BYTES * 8 // 5)


def step_at(at: datetime.datetime) -> int:
    """The step of a moment."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The six digits of a step."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).generate_otp(step)


def looks_like_code(written: str) -> bool:
    """Whether six digits were typed, with or without spaces."""
    return bool(_CODE.fullmatch(_bare(written)))


def step_of(
    secret: str, written: str, *, at: datetime.datetime, after: int | None = None
) -> int | None:
    """The step whose code was typed, among those that may be used now; nothing if there is none.

    Every candidate is compared, in constant time, whichever is the right one.

    :param after: the latest step that served
    """
    typed, now = _bare(written), step_at(at)
    found: int | None = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(code_of(secret, step).encode(), typed.encode())
        if is_right and (after is None or step > after):
            found = step
    return found


def address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth://` address that an application reads in a QR code (Key URI Format)."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=account, issuer_name=issuer
    )


def _bare(written: str) -> str:
    return re.sub(r"\s", "", written)
