"""Agreements on Pass+: what each side opens of its partners to the other's holders."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
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
from federation.agreements.reading import day_of
from federation.reciprocity import queries
from federation.reciprocity.locks import lock_with
from federation.reciprocity.models import Agreement, Ending, Signature, Term
from tenants.registry import directory

DOMAINS = ("SPORT", "CULTURE", "LEISURE")


@dataclasses.dataclass(frozen=True, slots=True)
class Directions:
    """What each side opens: the domains our holders may spend on there, and theirs here."""

    ours_there: Collection[str] = ()
    theirs_here: Collection[str] = ()


@transaction.atomic(durable=True)
def propose_agreement(
    *,
    departement_code: str,
    directions: Directions,
    valid_from: datetime.date,
    legal_basis: str,
    signatory: str,
    actor: Actor,
    at: datetime.datetime,
    valid_until: datetime.date | None = None,
) -> Agreement:
    """
    Propose an agreement to another département, signed by this one.

    :raises AgreementInvalid: if the département is not known, or nothing is opened, or a field is empty
    :raises AgreementOpen: if there is one with that département
    """
    here = current_schema()
    other = directory.neighbour(departement_code)
    if other is None:
        raise AgreementInvalid(field="departement_code")
    terms = [
        (here, other.schema_name, sorted(set(directions.ours_there))),
        (other.schema_name, here, sorted(set(directions.theirs_here))),
    ]
    opened = [term for term in terms if term[2]]
    if not opened or any(set(domains) - set(DOMAINS) for _holder, _partner, domains in terms):
        raise AgreementInvalid(field="directions")
    check_fields(
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis,
        signatory=signatory,
    )
    lock_with(other.schema_name)
    refuse_second(queries.agreements(), other.schema_name, on=day_of(at))
    agreement = Agreement.objects.create(
        proposed_by=here,
        proposed_to=other.schema_name,
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis.strip()[:300],
        proposed_at=at,
    )
    Term.objects.bulk_create(
        Term(agreement=agreement, holder=holder, partner=partner, domains=domains)
        for holder, partner, domains in opened
    )
    _sign(agreement, signatory=signatory, at=at)
    _tell(agreement, "proposed", actor=actor, at=at, departement=departement_code)
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
    if queries.is_signed_here(found):
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
    End an agreement, or a proposal, from a day on; what was captured before stays owed.

    Ending it again changes nothing: a day that was given is not taken back.

    :raises AgreementInvalid: if the day has passed already, or nothing says why
    :raises AgreementOver: if it is over by itself
    """
    found = _lock(agreement)
    if is_ended_here(found):
        return found
    write_ending(Ending, found, ends_on=ends_on, reason=reason, at=at)
    _tell(found, "ended", actor=actor, at=at, ends_on=ends_on.isoformat())
    return _read(agreement)


def _lock(agreement: Agreement) -> Agreement:
    """An agreement as it stands, once nobody else changes it."""
    lock_with(queries.other_party(agreement))
    return _read(agreement)


def _read(agreement: Agreement) -> Agreement:
    return queries.agreements().get(pk=agreement.pk)


def _sign(agreement: Agreement, *, signatory: str, at: datetime.datetime) -> None:
    fields = signature_fields(signatory=signatory, digest=queries.digest_of(agreement), at=at)
    Signature.objects.create(agreement=agreement, **fields)


def _tell(
    agreement: Agreement, what: str, *, actor: Actor, at: datetime.datetime, **details: str
) -> None:
    record_audit(
        actor=actor,
        action=f"reciprocity.agreement.{what}",
        subject_type="Agreement",
        subject_id=agreement.public_id,
        at=at,
        **details,
    )
    record_event(
        f"reciprocity.agreement.{what}",
        aggregate=f"agreement:{agreement.public_id}",
        occurred_at=at,
        agreement=str(agreement.public_id),
    )
