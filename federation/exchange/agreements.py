"""Agreements on pupils who move: what may pass, how often, and what is given for who lives elsewhere."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.tenancy import current_schema
from federation.agreements.acts import (
    AgreementInvalid,
    check_fields,
    check_signing,
    is_ended_here,
    refuse_second,
    signature_fields,
    write_ending,
)
from federation.agreements.locks import lock_pair
from federation.agreements.reading import day_of, is_signed_here, other_party
from federation.correspondence.models import Agreement, Ending, Item, Signature
from federation.exchange import keys, queries
from tenants.registry import directory

LOCK = "exchange"
MOST_A_YEAR = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """
    What an agreement says: what may pass, how many moves each side opens in a school year at most, and
    what the département of residence gives for a pupil and a year (L. 213-8), when that is agreed on too.
    """

    items: Collection[str]
    most_a_year: int
    pupil_cents: int | None = None

    def check(self) -> None:
        """
        Refuse what cannot be.

        :raises AgreementInvalid: naming the field
        """
        if not self.items or set(self.items) - set(Item.values):
            raise AgreementInvalid(field="items")
        if not 1 <= self.most_a_year <= MOST_A_YEAR:
            raise AgreementInvalid(field="most_a_year")
        if self.pupil_cents is not None and self.pupil_cents <= 0:
            raise AgreementInvalid(field="pupil_cents")


@transaction.atomic(durable=True)
def propose_agreement(
    *,
    departement_code: str,
    terms: Terms,
    valid_from: datetime.date,
    legal_basis: str,
    signatory: str,
    actor: Actor,
    at: datetime.datetime,
    valid_until: datetime.date | None = None,
) -> Agreement:
    """
    Propose an agreement on pupils who move to another département, signed by this one.

    :raises AgreementInvalid: if the département is not known, or nothing may pass, or a field cannot be
    :raises AgreementOpen: if there is one with that département
    """
    other = directory.neighbour(departement_code)
    if other is None:
        raise AgreementInvalid(field="departement_code")
    terms.check()
    check_fields(
        valid_from=valid_from, valid_until=valid_until, legal_basis=legal_basis, signatory=signatory
    )
    lock_pair(LOCK, other.schema_name)
    refuse_second(queries.agreements(), other.schema_name, on=day_of(at))
    agreement = Agreement.objects.create(
        proposed_by=current_schema(),
        proposed_to=other.schema_name,
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis.strip()[:300],
        items=sorted(set(terms.items)),
        most_a_year=terms.most_a_year,
        pupil_cents=terms.pupil_cents,
        proposed_at=at,
    )
    _sign(agreement, signatory=signatory, at=at)
    _tell(agreement, "proposed", actor=actor, at=at)
    return agreement


@transaction.atomic(durable=True)
def sign_agreement(
    *, agreement: Agreement, signatory: str, actor: Actor, at: datetime.datetime
) -> Agreement:
    """
    Sign what the other département proposed; signing again changes nothing.

    :raises AgreementInvalid: if nobody's name is given
    :raises AgreementOver: if it was ended, or its last day has passed
    :raises AgreementChanged: if it is not what the other signed
    """
    found = _lock(agreement)
    if is_signed_here(found):
        return found
    check_signing(found, digest=queries.digest_of(found), signatory=signatory, on=day_of(at))
    _sign(found, signatory=signatory, at=at)
    _tell(found, "signed", actor=actor, at=at)
    return _read(agreement)


@transaction.atomic(durable=True)
def end_agreement(
    *,
    agreement: Agreement,
    ends_on: datetime.date,
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> Agreement:
    """
    End an agreement, or a proposal, from a day on. Ending it again changes nothing.

    :raises AgreementInvalid: if the day has passed already, or nothing says why
    :raises AgreementOver: if it is over by itself
    """
    found = _lock(agreement)
    if is_ended_here(found):
        return found
    write_ending(Ending, found, ends_on=ends_on, reason=reason, at=at)
    _tell(found, "ended", actor=actor, at=at)
    return _read(agreement)


def _lock(agreement: Agreement) -> Agreement:
    """An agreement as it stands, once nobody else changes it."""
    lock_pair(LOCK, other_party(agreement))
    return _read(agreement)


def _read(agreement: Agreement) -> Agreement:
    return queries.agreements().get(pk=agreement.pk)


def _sign(agreement: Agreement, *, signatory: str, at: datetime.datetime) -> None:
    fields = signature_fields(signatory=signatory, digest=queries.digest_of(agreement), at=at)
    Signature.objects.create(
        agreement=agreement, public_key=keys.draw(agreement.public_id, at=at), **fields
    )


def _tell(agreement: Agreement, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"exchange.agreement.{what}",
        subject_type="Agreement",
        subject_id=agreement.public_id,
        at=at,
        departement=other_party(agreement),
    )
