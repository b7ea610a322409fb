"""Agreements between départements: proposed and signed by one, signed by the other, ended by either.

What is signed is a digest of the whole text: terms cannot be added once somebody signed (the database
refuses it), and whoever signs second signs what the first did. These are the parts of the acts that a
room's own operations are made of, inside their transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from commons.errors import DomainError
from commons.tenancy import current_schema
from federation.agreements import reading
from federation.agreements.models import AgreementBase, EndingBase


class AgreementInvalid(DomainError):
    """A field of an agreement that cannot be; `field` names it."""

    code = "RECIPROCITY_AGREEMENT_INVALID"


class AgreementOpen(DomainError):
    """There is an agreement, or a proposal, with that département already: end it first."""

    code = "RECIPROCITY_AGREEMENT_OPEN"


class AgreementOver(DomainError):
    """It was ended, or its last day has passed."""

    code = "RECIPROCITY_AGREEMENT_OVER"


class AgreementChanged(DomainError):
    """What was signed is not what stands there. This does not happen unless somebody rewrote rows."""

    code = "RECIPROCITY_AGREEMENT_CHANGED"


def check_fields(
    *, valid_from: datetime.date, valid_until: datetime.date | None, **words: str
) -> None:
    """
    Refuse a period that ends before it begins, and words that say nothing.

    :raises AgreementInvalid: naming the field
    """
    if valid_until is not None and valid_until <= valid_from:
        raise AgreementInvalid(field="valid_until")
    for field, said in words.items():
        if not said.strip():
            raise AgreementInvalid(field=field)


def refuse_second(agreements: Iterable[AgreementBase], schema: str, *, on: datetime.date) -> None:
    """
    Refuse to propose what would stand beside another with the same département.

    :raises AgreementOpen: if there is one
    """
    for agreement in agreements:
        if reading.other_party(agreement) == schema and reading.is_open(agreement, on=on):
            raise AgreementOpen(agreement=str(agreement.public_id))


def check_signing(
    agreement: AgreementBase, *, digest: str, signatory: str, on: datetime.date
) -> None:
    """
    Refuse to sign for nobody, what is over, or another text than the one signed before.

    :raises AgreementInvalid: if nobody's name is given
    :raises AgreementOver: if it was ended, or its last day has passed
    :raises AgreementChanged: if it is not what the other signed
    """
    if not signatory.strip():
        raise AgreementInvalid(field="signatory")
    if reading.is_over(agreement, on=on) or agreement.endings.all():
        raise AgreementOver
    if any(signature.digest != digest for signature in agreement.signatures.all()):
        raise AgreementChanged


def signature_fields(*, signatory: str, digest: str, at: datetime.datetime) -> dict[str, Any]:
    """What a signature says, in the name of this département."""
    return {
        "signed_by": current_schema(),
        "signatory": signatory.strip()[:200],
        "digest": digest,
        "signed_at": at,
    }


def is_ended_here(agreement: AgreementBase) -> bool:
    """Whether this département ended it already: a day that was given is not taken back."""
    here = current_schema()
    return any(ending.ended_by == here for ending in agreement.endings.all())


def write_ending(
    model: type[EndingBase],
    agreement: AgreementBase,
    *,
    ends_on: datetime.date,
    reason: str,
    at: datetime.datetime,
) -> None:
    """
    Write the day from which this département no longer wants an agreement, or a proposal.

    :raises AgreementInvalid: if the day has passed already, or nothing says why
    :raises AgreementOver: if it is over by itself
    """
    today = reading.day_of(at)
    if reading.is_over(agreement, on=today):
        raise AgreementOver
    if reading.is_signed_by_both(agreement) and ends_on <= today:
        raise AgreementInvalid(field="ends_on")
    if not reason.strip():
        raise AgreementInvalid(field="reason")
    fields: dict[str, Any] = {
        "agreement": agreement,
        "ended_by": current_schema(),
        "ends_on": ends_on,
        "reason": reason.strip()[:300],
        "ended_at": at,
    }
    model.objects.create(**fields)
