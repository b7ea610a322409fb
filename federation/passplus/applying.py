"""What a body does to become a partner: begin, come back, answer in four steps, send.

Whoever reads the messages of the address holds the application; nothing is said, before a code was
typed, of whether there is one. Each step is saved when it is given, in any order, while the application
is a draft or waits for an answer.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection

from django.core.exceptions import ValidationError as ShapeRefused
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus import ibans, partner_codes
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerApplication, PartnerCode, PartnerKind
from federation.passplus.partner_codes import CodeRefused
from federation.passplus.partners import (
    PartnerAffiliated,
    PartnerDetails,
    PartnerInvalid,
    plain_phone,
    read_siret,
)
from federation.passplus.terms import asked_of

State = PartnerApplication.State
LONGEST_EMAIL = 254
KEPT_LEFT = datetime.timedelta(days=90)
KEPT_REFUSED = datetime.timedelta(days=365)
_EARLIEST = datetime.date(1800, 1, 1)


class ApplicationLocked(DomainError):
    """This application can no longer be changed: it is being studied, or it is over."""

    code = "PASSPLUS_APPLICATION_LOCKED"


class ApplicationIncomplete(DomainError):
    """A step is missing; `step` names it."""

    code = "PASSPLUS_APPLICATION_INCOMPLETE"


class ApplicationInvalid(DomainError):
    """An answer that cannot be; `field` names it."""

    code = "PASSPLUS_APPLICATION_INVALID"


class DeclarationMissing(DomainError):
    """A partner makes every declaration that is asked of it."""

    code = "PASSPLUS_DECLARATION_MISSING"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Who a body is."""

    name: str
    kind: str
    founded_on: datetime.date
    street: str
    postal_code: str
    town: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a body offers, as families will read it."""

    domains: Collection[Domain]
    activities: str
    description: str = ""
    site: str = ""
    public_email: str = ""
    public_phone: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who signs, and where the body is paid."""

    signer_name: str
    signer_role: str
    signer_phone: str
    account_holder: str
    iban: str


def applicant(application: PartnerApplication) -> Actor:
    """Whoever holds an application, as the journal names them."""
    return Actor(kind="applicant", id=str(application.public_id))


@transaction.atomic(durable=True)
def begin_application(*, email: str, siret: str, at: datetime.datetime) -> PartnerApplication:
    """
    Begin an application, or come back to the one this address has for this body: a code goes there.

    :raises PartnerInvalid: if no body has this SIRET
    :raises ApplicationInvalid: if the address cannot be one
    :raises PartnerAffiliated: if this body is affiliated already
    :raises TooManyCodes: if ten codes went there in a day
    """
    address, number = _email(email), read_siret(siret)
    if Partner.objects.filter(siret=number, ended_at__isnull=True).exists():
        raise PartnerAffiliated(siret=number)
    opened = PartnerApplication.objects.filter(
        siret=number, email=address, closed_at__isnull=True
    ).select_for_update(of=("self",), no_key=True)
    found = opened.first()
    if found is None:
        made, _is_new = PartnerApplication.objects.get_or_create(
            siret=number,
            email=address,
            closed_at=None,
            defaults={"created_at": at, "changed_at": at},
        )
        found = lock(made.public_id)
    partner_codes.send(found, purpose=PartnerCode.Purpose.OPEN, at=at)
    return found


def open_application(
    *, public_id: uuid.UUID, code: str, at: datetime.datetime
) -> PartnerApplication:
    """
    Open an application with the code that was sent: whoever typed it reads the messages of the address.

    :raises CodeRefused: if it is another, or too old
    :raises TooManyCodes: if it was tried five times
    """
    with transaction.atomic(durable=True):
        locked = lock(public_id)
        purpose = PartnerCode.Purpose.OPEN
        taken = partner_codes.take(locked, purpose=purpose, written=code, at=at)
        left = partner_codes.tries_left(locked, purpose=purpose, at=at)
        if taken is not None and locked.email_confirmed_at is None:
            locked.email_confirmed_at = at
            locked.save(update_fields=["email_confirmed_at"])
            record(locked, "passplus.application.begun", actor=applicant(locked), at=at)
    if taken is None:
        raise CodeRefused(tries=left)
    return locked


@transaction.atomic(durable=True)
def describe_body(
    *, application: PartnerApplication, body: Body, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Say who the body is.

    :raises PartnerInvalid: if a field cannot be; `field` names it
    :raises ApplicationLocked: if it can no longer be changed
    """
    del actor  # the journal names who sent it, once it is sent
    name = " ".join(body.name.split())
    if not name or len(name) > 200:
        raise PartnerInvalid(field="name")
    if body.kind not in PartnerKind.values:
        raise PartnerInvalid(field="kind")
    if not _EARLIEST <= body.founded_on <= at.date():
        raise PartnerInvalid(field="founded_on")
    said = PartnerDetails(
        kind=body.kind, street=body.street, postal_code=body.postal_code, town=body.town
    ).checked()
    for field in ("street", "postal_code", "town"):
        if not getattr(said, field):
            raise PartnerInvalid(field=field)
    return _save(
        application, at=at, name=name, kind=said.kind, founded_on=body.founded_on,
        street=said.street, postal_code=said.postal_code, town=said.town,
    )  # fmt: skip


@transaction.atomic(durable=True)
def describe_offer(
    *, application: PartnerApplication, offer: Offer, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Say what the body offers.

    :raises PartnerInvalid: if a field cannot be; `field` names it
    :raises ApplicationLocked: if it can no longer be changed
    """
    del actor
    domains = {str(domain) for domain in offer.domains}
    if not domains or not domains <= set(Domain):
        raise PartnerInvalid(field="domains")
    said = PartnerDetails(
        activities=offer.activities, description=offer.description, site=offer.site,
        email=offer.public_email, phone=offer.public_phone,
    ).checked()  # fmt: skip
    if not said.activities:
        raise PartnerInvalid(field="activities")
    return _save(
        application, at=at, domains=sorted(domains), activities=said.activities,
        description=said.description, site=said.site, public_email=said.email,
        public_phone=said.phone,
    )  # fmt: skip


@transaction.atomic(durable=True)
def declare(
    *,
    application: PartnerApplication,
    declared: Collection[str],
    actor: Actor,
    at: datetime.datetime,
) -> PartnerApplication:
    """
    Make the declarations that are asked of a body of its kind; their words are kept.

    :raises DeclarationMissing: if one was not made
    :raises ApplicationLocked: if it can no longer be changed
    """
    del actor
    asked = asked_of(application.kind)
    if set(asked) - set(declared):
        raise DeclarationMissing
    words = [{"code": code, "words": text} for code, text in asked.items()]
    return _save(application, at=at, declarations=words, declared_at=at)


@transaction.atomic(durable=True)
def give_payee(
    *, application: PartnerApplication, payee: Payee, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Say who signs, and where the body is paid.

    :raises ApplicationInvalid: if a field cannot be; `field` names it
    :raises IbanInvalid: if the account cannot be
    :raises ApplicationLocked: if it can no longer be changed
    """
    del actor
    name, role = " ".join(payee.signer_name.split()), " ".join(payee.signer_role.split())
    if not name or len(name) > 150:
        raise ApplicationInvalid(field="signer_name")
    if not role or len(role) > 100:
        raise ApplicationInvalid(field="signer_role")
    phone = plain_phone(payee.signer_phone)
    if len(phone) < 9 or len(phone) > 16 or not phone.removeprefix("+").isdecimal():
        raise ApplicationInvalid(field="signer_phone")
    holder, number = ibans.read_holder(payee.account_holder), ibans.read_iban(payee.iban)
    return _save(
        application, at=at, signer_name=name, signer_role=role, signer_phone=phone,
        account_holder=holder, sealed_iban=ibans.sealed(number), iban_ending=number[-4:],
    )  # fmt: skip


@transaction.atomic(durable=True)
def submit_application(
    *, application: PartnerApplication, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Send an application, or send it again with what was asked.

    :raises ApplicationIncomplete: if a step is missing; `step` names it
    :raises ApplicationLocked: if it can no longer be changed
    :raises PartnerAffiliated: if this body was affiliated meanwhile
    """
    locked = lock(application.public_id)
    _require_open(locked)
    if missing := missing_steps(locked):
        raise ApplicationIncomplete(step=missing[0])
    if Partner.objects.filter(siret=locked.siret, ended_at__isnull=True).exists():
        raise PartnerAffiliated(siret=locked.siret)
    locked.state, locked.submitted_at, locked.changed_at = State.SUBMITTED, at, at
    locked.save(update_fields=["state", "submitted_at", "changed_at"])
    record(locked, "passplus.application.submitted", actor=actor, at=at)
    tell(locked, "passplus.application.submitted", at=at)
    return locked


@transaction.atomic(durable=True)
def abandon_application(
    *, application: PartnerApplication, actor: Actor, at: datetime.datetime
) -> PartnerApplication:
    """
    Give an application up. Its account is forgotten.

    :raises ApplicationLocked: if it is over
    """
    locked = lock(application.public_id)
    if not locked.is_open:
        raise ApplicationLocked
    close(locked, State.ABANDONED, at=at)
    record(locked, "passplus.application.abandoned", actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def forget_applications(*, at: datetime.datetime) -> int:
    """
    Delete what was never sent or was given up three months ago, and what was refused a year ago; how many.

    What was signed stays with its agreement.
    """
    left = Q(state__in=(State.DRAFT, State.ABANDONED), changed_at__lt=at - KEPT_LEFT)
    refused = Q(state=State.REFUSED, changed_at__lt=at - KEPT_REFUSED)
    old = PartnerApplication.objects.filter(left | refused)
    found = list(old.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    PartnerApplication.objects.filter(pk__in=found).delete()
    return len(found)


def missing_steps(application: PartnerApplication) -> list[str]:
    """The steps that are not yet given, in order. A kind changed since asks its declarations again."""
    declared = {one["code"] for one in application.declarations}
    given = {
        "body": bool(application.name and application.kind and application.town),
        "offer": bool(application.domains and application.activities),
        "declarations": bool(declared) and set(asked_of(application.kind)) <= declared,
        "payee": bool(application.sealed_iban and application.signer_name),
    }
    return [step for step, is_given in given.items() if not is_given]


# --- shared with what agents do, and with the signature --------------------------------------------


def lock(public_id: uuid.UUID) -> PartnerApplication:
    """An application, kept from changing until the transaction ends."""
    return PartnerApplication.objects.select_for_update(of=("self",), no_key=True).get(
        public_id=public_id
    )


def close(locked: PartnerApplication, state: str, *, at: datetime.datetime) -> None:
    """End an application: what it knew of an account is forgotten with it."""
    locked.state, locked.closed_at, locked.changed_at = state, at, at
    locked.sealed_iban, locked.iban_ending = None, ""
    locked.save(
        update_fields=["state", "closed_at", "changed_at", "sealed_iban", "iban_ending", "partner"]
    )


def record(
    application: PartnerApplication, action: str, *, actor: Actor, at: datetime.datetime
) -> None:
    """Write an act on an application in the journal."""
    record_audit(
        actor=actor,
        action=action,
        subject_type="PartnerApplication",
        subject_id=application.public_id,
        at=at,
    )


def tell(application: PartnerApplication, name: str, *, at: datetime.datetime) -> None:
    """Have the applicant written to."""
    record_event(
        name,
        aggregate=f"partner_application:{application.public_id}",
        occurred_at=at,
        application_id=application.pk,
    )


def _require_open(locked: PartnerApplication) -> None:
    if locked.state not in {State.DRAFT, State.TO_COMPLETE} or not locked.email_confirmed_at:
        raise ApplicationLocked


def _save(
    application: PartnerApplication, *, at: datetime.datetime, **said: object
) -> PartnerApplication:
    locked = lock(application.public_id)
    _require_open(locked)
    for field, value in said.items():
        setattr(locked, field, value)
    locked.changed_at = at
    locked.save(update_fields=[*said, "changed_at"])
    return locked


def _email(written: str) -> str:
    address = written.strip().lower()
    try:
        validate_email(address)
    except ShapeRefused as error:
        raise ApplicationInvalid(field="email") from error
    if len(address) > LONGEST_EMAIL:
        raise ApplicationInvalid(field="email")
    return address
