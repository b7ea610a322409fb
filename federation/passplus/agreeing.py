"""What agents answer to an application, and the signature that affiliates.

An agent accepts, asks or refuses, each in words that the applicant reads. What was accepted is signed
with a code sent to the address of the application: in one transaction the body is affiliated, its account
counts, and the document is kept with its hash. A body signs once it has existed long enough.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from federation.passplus import applying, ibans, members, partner_codes
from federation.passplus.applying import ApplicationLocked
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import (
    PartnerAgreement,
    PartnerApplication,
    PartnerCode,
    PartnerTerms,
)
from federation.passplus.partner_codes import CodeRefused
from federation.passplus.partners import PartnerDetails, ReasonMissing, affiliate_here
from federation.passplus.terms import Article, articles_of, signable_from, terms_in_force
from federation.passplus.till_models import PartnerRole
from federation.passplus.towns import find_town

State = PartnerApplication.State
LONGEST_WORDS = 1000


class AnotherToSign(DomainError):
    """Another application of this body was accepted already."""

    code = "PASSPLUS_ANOTHER_TO_SIGN"


class TooYoung(DomainError):
    """A body signs once it has existed long enough; `signable_on` is the first day."""

    code = "PASSPLUS_PARTNER_TOO_YOUNG"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """All that an agreement says. Without `signed_at`, it is still to be signed."""

    title: str
    version: str
    is_illustrative: bool
    articles: tuple[Article, ...]
    name: str
    siret: str
    address: tuple[str, ...]
    domains: tuple[str, ...]
    declarations: tuple[str, ...]
    signer_name: str
    signer_role: str
    signer_email: str
    account_holder: str
    iban_ending: str
    code_reference: str = ""
    signed_at: datetime.datetime | None = None


Typeset = Callable[[ToSign], bytes]


@transaction.atomic(durable=True)
def accept_application(
    *, application: PartnerApplication, words: str = "", actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Accept an application: it is to be signed, with the terms of today.

    :raises ApplicationLocked: if it waits for no answer
    :raises AnotherToSign: if another of this body was accepted already
    """
    locked = _to_answer(application, State.SUBMITTED)
    if (
        PartnerApplication.objects.filter(siret=locked.siret, state=State.ACCEPTED)
        .exclude(pk=locked.pk)
        .exists()
    ):
        raise AnotherToSign(siret=locked.siret)
    locked.terms = terms_in_force(at=at)
    return _answer(locked, State.ACCEPTED, "accepted", words, actor=actor, at=at)


@transaction.atomic(durable=True)
def ask_applicant(
    *, application: PartnerApplication, words: str, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Ask for something: the application can be changed, and sent again.

    :raises ReasonMissing: if nothing says what
    :raises ApplicationLocked: if it waits for no answer
    """
    _require(words)
    locked = _to_answer(application, State.SUBMITTED)
    return _answer(locked, State.TO_COMPLETE, "asked", words, actor=actor, at=at)


@transaction.atomic(durable=True)
def refuse_application(
    *, application: PartnerApplication, words: str, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Refuse an application, and say why. Its account is forgotten.

    :raises ReasonMissing: if nothing says why
    :raises ApplicationLocked: if it waits for no answer
    """
    _require(words)
    locked = _to_answer(application, State.SUBMITTED, State.TO_COMPLETE, State.ACCEPTED)
    applying.close(locked, State.REFUSED, at=at)
    return _answer(locked, State.REFUSED, "refused", words, actor=actor, at=at)


@transaction.atomic(durable=True)
def send_signing_code(*, application: PartnerApplication, at: datetime.datetime) -> None:
    """
    Have a code sent to the address of the application, to sign with.

    :raises ApplicationLocked: if there is nothing to sign
    :raises TooYoung: if the body has not existed long enough
    :raises TooManyCodes: if ten were sent in a day
    """
    locked = applying.lock(application.public_id)
    _require_signable(locked, at=at)
    partner_codes.send(locked, purpose=PartnerCode.Purpose.SIGN, at=at)


def sign_agreement(
    *,
    application: PartnerApplication,
    code: str,
    typeset: Typeset,
    actor: Actor,
    at: datetime.datetime,
) -> PartnerAgreement:
    """
    Sign an agreement with the code that was sent: the body is affiliated, and its document kept.

    :raises CodeRefused: if it is another, or too old
    :raises TooManyCodes: if it was tried five times
    :raises ApplicationLocked: if there is nothing to sign
    :raises TooYoung: if the body has not existed long enough
    :raises PartnerAffiliated: if it was affiliated meanwhile
    """
    with transaction.atomic(durable=True):
        locked = applying.lock(application.public_id)
        terms = _require_signable(locked, at=at)
        purpose = PartnerCode.Purpose.SIGN
        taken = partner_codes.take(locked, purpose=purpose, written=code, at=at)
        left = partner_codes.tries_left(locked, purpose=purpose, at=at)
        if taken is not None:
            return _sign(locked, terms, taken, typeset=typeset, actor=actor, at=at)
    raise CodeRefused(tries=left)


def to_sign(application: PartnerApplication, terms: PartnerTerms) -> ToSign:
    """What an application will sign, before it does."""
    return ToSign(
        title=terms.title,
        version=terms.version,
        is_illustrative=terms.is_illustrative,
        articles=tuple(articles_of(terms)),
        name=application.name,
        siret=application.siret,
        address=(application.street, f"{application.postal_code} {application.town}"),
        domains=tuple(application.domains),
        declarations=tuple(one["words"] for one in application.declarations),
        signer_name=application.signer_name,
        signer_role=application.signer_role,
        signer_email=application.email,
        account_holder=application.account_holder,
        iban_ending=application.iban_ending,
    )


def is_intact(agreement: PartnerAgreement) -> bool:
    """Whether the document is still, byte for byte, what was signed."""
    return hashlib.sha256(bytes(agreement.document)).hexdigest() == agreement.sha256


def agreement_of(application: PartnerApplication) -> PartnerAgreement:
    """
    What was signed.

    :raises NotFound: if nothing was
    """
    found = PartnerAgreement.objects.filter(application=application).first()
    if found is None:
        raise NotFound(application=str(application.public_id))
    return found


def _sign(
    locked: PartnerApplication,
    terms: PartnerTerms,
    taken: PartnerCode,
    *,
    typeset: Typeset,
    actor: Actor,
    at: datetime.datetime,
) -> PartnerAgreement:
    said = dataclasses.replace(
        to_sign(locked, terms), signed_at=at, code_reference=str(taken.public_id)
    )
    town = find_town(f"{locked.postal_code} {locked.town}")
    partner = affiliate_here(
        name=locked.name,
        siret=locked.siret,
        domains=[Domain(one) for one in locked.domains],
        details=PartnerDetails(
            kind=locked.kind,
            activities=locked.activities,
            description=locked.description,
            street=locked.street,
            postal_code=locked.postal_code,
            town=town.name if town else locked.town,
            latitude=town.latitude if town else None,
            longitude=town.longitude if town else None,
            site=locked.site,
            email=locked.public_email,
            phone=locked.public_phone,
        ),
        actor=actor,
        at=at,
    )
    ibans.keep_checked(
        partner=partner,
        holder=locked.account_holder,
        sealed_iban=bytes(locked.sealed_iban or b""),
        ending=locked.iban_ending,
        actor=actor,
        checked_by=locked.answered_by,
        at=at,
    )
    with contextlib.suppress(members.AlreadyMember):  # who comes back
        members.ask(partner, email=locked.email, role=PartnerRole.MANAGER, actor=actor, at=at)
    document = typeset(said)
    agreement = PartnerAgreement.objects.create(
        application=locked,
        partner=partner,
        terms=terms,
        signer_name=locked.signer_name,
        signer_role=locked.signer_role,
        signer_email=locked.email,
        code_id_sent=taken.public_id,
        signed_at=at,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
    )
    locked.partner = partner
    applying.close(locked, State.SIGNED, at=at)
    applying.record(locked, "passplus.application.signed", actor=actor, at=at)
    applying.tell(locked, "passplus.application.signed", at=at)
    return agreement


def _require_signable(locked: PartnerApplication, *, at: datetime.datetime) -> PartnerTerms:
    if locked.state != State.ACCEPTED or locked.terms is None:
        raise ApplicationLocked
    first_day = signable_from(locked, locked.terms.least_years)
    if first_day is None or timezone.localdate(at) < first_day:
        raise TooYoung(signable_on=first_day)
    return locked.terms


def _to_answer(application: PartnerApplication, *states: str) -> PartnerApplication:
    locked = applying.lock(application.public_id)
    if locked.state not in states:
        raise ApplicationLocked
    return locked


def _answer(
    locked: PartnerApplication, state: str, act: str, words: str, *, actor: Actor,
    at: datetime.datetime,
) -> PartnerApplication:  # fmt: skip
    locked.state, locked.answer = state, words.strip()[:LONGEST_WORDS]
    locked.answered_by, locked.answered_at, locked.changed_at = actor.id, at, at
    locked.save(
        update_fields=["state", "answer", "answered_by", "answered_at", "changed_at", "terms"]
    )
    name = f"passplus.application.{act}"
    applying.record(locked, name, actor=actor, at=at)
    applying.tell(locked, name, at=at)
    return locked


def _require(words: str) -> None:
    if not words.strip():
        raise ReasonMissing(field="words")
