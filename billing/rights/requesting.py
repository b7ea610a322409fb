"""Acts of a family on its request: begin, choose a way, consent, ask, take back, give up.

A household has one request under way; it is taken up where it was left, whoever of its adults left it.
The source is asked by the worker, once the transaction is committed (ADR 0009): a request that is
being asked waits a few seconds, and a few minutes at most (`give_up_waiting`).
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.rights import identity as identities
from billing.rights import queries
from billing.rights.identity import AskedIdentity, IdentityInvalid, IdentityOfAnother
from billing.rights.models import Consent, RightsRequest
from billing.rights.outcomes import PASSING
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.tenancy import require_tenant
from tenants.people.models import Guardian, Household

State = RightsRequest.State
Way = RightsRequest.Way
# A family may still choose another way, as long as no agent has its file.
CHANGEABLE = frozenset({State.DRAFT, State.CONSENTED, State.TO_COMPLETE})


class RequestOver(DomainError):
    """The request is decided, refused or given up: begin another."""

    code = "RIGHTS_REQUEST_OVER"


class RequestUnderWay(DomainError):
    """The source is being asked, or an agent has the file: wait for the answer."""

    code = "RIGHTS_REQUEST_UNDER_WAY"


class WayNotOffered(DomainError):
    """The département does not ask this source, or its tariff does not read its figure."""

    code = "RIGHTS_WAY_NOT_OFFERED"


class ConsentMissing(DomainError):
    """Nobody agreed that this source be asked about this."""

    code = "RIGHTS_CONSENT_MISSING"


class ConsentTextChanged(DomainError):
    """The text agreed to is not the one to agree to now: read it again."""

    code = "RIGHTS_CONSENT_TEXT_CHANGED"


def lock_request(request: RightsRequest) -> RightsRequest:
    """Lock a request: what comes first, before its household (billing/README.md)."""
    return RightsRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)


@transaction.atomic(durable=True)
def begin_request(
    *, household: Household, guardian: Guardian, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """Begin a household's request; the one that is under way is taken up again."""
    standing = queries.open_request_of(household)
    if standing is not None:
        return standing
    try:
        with transaction.atomic():
            request = RightsRequest.objects.create(
                household=household, guardian=guardian, created_at=at
            )
    except IntegrityError:  # the other parent, at the same moment
        return RightsRequest.objects.get(household=household, closed_at__isnull=True)
    write_down("begun", request, actor=actor, at=at, household=str(household.public_id))
    return request


@transaction.atomic(durable=True)
def choose_way(
    *,
    request: RightsRequest,
    way: str,
    guardian: Guardian,
    identity: AskedIdentity | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> RightsRequest:
    """
    Choose how the household's resources will be known, and whom a source is to be asked about.

    What was agreed to for another choice no longer stands. A document is then awaited; the maximum
    is chosen for good by `deciding.choose_maximum`.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if the source is being asked, or an agent has the file
    :raises WayNotOffered: if the département does not offer this
    :raises IdentityInvalid: if a part of the identity cannot be, or is missing
    :raises IdentityOfAnother: if no adult of the household has this name
    """
    locked = lock_request(request)
    refuse_unless(locked, CHANGEABLE)
    today = timezone.localdate(at)
    if way not in queries.ways_offered(on=today):
        raise WayNotOffered(way=way)
    sealed = None
    if way in {Way.CAF_MSA, Way.TAX}:
        sealed = _checked(locked, way, identity, today=today).sealed()
    _withdraw_standing(locked, at=at)
    locked.guardian = guardian
    locked.way = way
    locked.sealed_identity = sealed
    locked.outcome, locked.reason, locked.answer = "", "", ""
    locked.state = State.TO_COMPLETE if way == Way.DOCUMENT else State.DRAFT
    if way == Way.DOCUMENT:
        locked.reason = "DOCUMENT_CHOSEN"
    locked.save(
        update_fields=["guardian", "way", "sealed_identity", "outcome", "reason", "answer", "state"]
    )
    write_down("way_chosen", locked, actor=actor, at=at, way=way)
    return locked


def _checked(
    request: RightsRequest, way: str, identity: AskedIdentity | None, *, today: datetime.date
) -> AskedIdentity:
    """Whom a source may be asked about: an adult of the household, and its own pupils."""
    if way == Way.TAX:
        number = identities.checked_tax_number(identity.tax_number if identity else "")
        return AskedIdentity(tax_number=number)
    if identity is None or identity.civil is None:
        raise IdentityInvalid(reason="birth_name")
    civil = identities.checked_civil(identity.civil, today=today)
    if not identities.is_of(civil, queries.guardians_of(request.household, on=today)):
        raise IdentityOfAnother
    own = {str(pupil.public_id) for pupil in queries.pupils_of(request.household)}
    for child in identity.children:
        if child.pupil not in own or child.sex not in {"M", "F"} or not queries.asks_bursaries():
            raise IdentityInvalid(reason="children")
    return AskedIdentity(civil=civil, children=identity.children)


@transaction.atomic(durable=True)
def give_consent(
    *,
    request: RightsRequest,
    text_version: str,
    guardian: Guardian,
    actor: Actor,
    at: datetime.datetime,
) -> Consent:
    """
    Record that a person agrees, word for word. Agreeing twice to the same text is agreeing once.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if the source is being asked, or an agent has the file
    :raises ConsentTextChanged: if that is not the text to agree to now
    """
    return _agree(
        lock_request(request), text_version=text_version, guardian=guardian, actor=actor, at=at
    )


@transaction.atomic(durable=True)
def ask_source(*, request: RightsRequest, actor: Actor, at: datetime.datetime) -> RightsRequest:
    """
    Have the worker ask the source. One that did not answer may be asked again, with no other act.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it is being asked, or an agent has the file
    :raises ConsentMissing: if nobody agreed that this source be asked about this
    """
    return _ask(lock_request(request), actor=actor, at=at)


@transaction.atomic(durable=True)
def consent_and_ask(
    *,
    request: RightsRequest,
    text_version: str,
    guardian: Guardian,
    actor: Actor,
    at: datetime.datetime,
) -> RightsRequest:
    """
    Agree, and have the source asked at once: what a page's one button does.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if the source is being asked, or an agent has the file
    :raises ConsentTextChanged: if that is not the text to agree to now
    """
    locked = lock_request(request)
    _agree(locked, text_version=text_version, guardian=guardian, actor=actor, at=at)
    return _ask(locked, actor=actor, at=at)


def _agree(
    locked: RightsRequest,
    *,
    text_version: str,
    guardian: Guardian,
    actor: Actor,
    at: datetime.datetime,
) -> Consent:
    refuse_unless(locked, CHANGEABLE)
    agreement = queries.agreement_of(locked)
    if agreement is None or agreement.text.version != text_version:
        raise ConsentTextChanged(version=text_version)
    standing = agreement.standing
    if standing is not None and standing.text_version == text_version:
        return standing
    _withdraw_standing(locked, at=at)
    consent = Consent.objects.create(
        request=locked,
        guardian=guardian,
        source_kind=agreement.text.source_kind,
        data=[str(endpoint) for endpoint in agreement.text.data],
        text=agreement.text.shown(require_tenant().name),
        text_version=text_version,
        given_by=actor.id,
        given_at=at,
    )
    locked.state = State.CONSENTED
    locked.save(update_fields=["state"])
    record_audit(
        actor=actor,
        action="rights.consent.given",
        subject_type="consent",
        subject_id=consent.public_id,
        at=at,
        request=str(locked.public_id),
        version=text_version,
    )
    return consent


def _ask(locked: RightsRequest, *, actor: Actor, at: datetime.datetime) -> RightsRequest:
    may_again = locked.state == State.TO_COMPLETE and locked.outcome in PASSING
    refuse_unless(locked, {State.CONSENTED, *({State.TO_COMPLETE} if may_again else ())})
    agreement = queries.agreement_of(locked)
    standing = agreement.standing if agreement else None
    if agreement is None or standing is None or standing.text_version != agreement.text.version:
        raise ConsentMissing
    if locked.sealed_identity is None:
        raise IdentityInvalid(reason="birth_name")
    locked.state, locked.asked_at = State.ASKING, at
    locked.outcome, locked.reason = "", ""
    locked.save(update_fields=["state", "asked_at", "outcome", "reason"])
    record_event(
        "rights.source.asked",
        aggregate=f"rights_request:{locked.public_id}",
        occurred_at=at,
        request_id=locked.pk,
    )
    write_down("asked", locked, actor=actor, at=at, way=locked.way)
    return locked


@transaction.atomic(durable=True)
def withdraw_consent(
    *, request: RightsRequest, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Take an agreement back. What is not answered yet is no longer asked; what is decided stands.

    :raises ConsentMissing: if nothing stands to be taken back
    """
    locked = lock_request(request)
    consent = queries.standing_consent(locked)
    if consent is None:
        raise ConsentMissing
    _withdraw_standing(locked, at=at)
    if locked.state in {State.CONSENTED, State.ASKING, State.TO_COMPLETE}:
        locked.state, locked.way, locked.sealed_identity = State.DRAFT, "", None
        locked.outcome, locked.reason = "", ""
        locked.save(update_fields=["state", "way", "sealed_identity", "outcome", "reason"])
    record_audit(
        actor=actor,
        action="rights.consent.withdrawn",
        subject_type="consent",
        subject_id=consent.public_id,
        at=at,
        request=str(locked.public_id),
    )
    return locked


def _withdraw_standing(locked: RightsRequest, *, at: datetime.datetime) -> None:
    Consent.objects.filter(request=locked, withdrawn_at__isnull=True).update(withdrawn_at=at)


@transaction.atomic(durable=True)
def abandon_request(
    *, request: RightsRequest, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Give a request up; nothing about prices changes. Giving it up again changes nothing.

    :raises RequestOver: if it was decided or refused
    """
    locked = lock_request(request)
    if locked.state == State.ABANDONED:
        return locked
    refuse_unless(locked, {*CHANGEABLE, State.ASKING, State.TO_INSPECT})
    _withdraw_standing(locked, at=at)
    locked.state, locked.closed_at, locked.sealed_identity = State.ABANDONED, at, None
    locked.save(update_fields=["state", "closed_at", "sealed_identity"])
    tell_closed(locked, at=at)
    write_down("abandoned", locked, actor=actor, at=at)
    return locked


# --- what the acts are made of ----------------------------------------------------------------


def refuse_unless(request: RightsRequest, states: frozenset[State] | set[State]) -> None:
    """
    Refuse an act on a request that is in none of these states.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it waits for somebody else
    """
    if request.state in states:
        return
    if not request.is_open:
        raise RequestOver(state=request.state)
    raise RequestUnderWay(state=request.state)


def tell_closed(request: RightsRequest, *, at: datetime.datetime) -> None:
    """Have the worker delete what the retention no longer keeps."""
    record_event(
        "rights.request.closed",
        aggregate=f"rights_request:{request.public_id}",
        occurred_at=at,
        request_id=request.pk,
    )


def write_down(
    what: str, request: RightsRequest, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    """A line of the journal about a request."""
    record_audit(
        actor=actor,
        action=f"rights.request.{what}",
        subject_type="rights_request",
        subject_id=request.public_id,
        at=at,
        **details,
    )
