"""Asking a source, and what its answer does. Called by the worker, outside any transaction.

What stands is read and checked in one transaction, the source is asked in none, and its answer is
taken in another, under the lock of the request: an agreement taken back meanwhile drops it. The call
is written down whatever came of it. Of the answer only the figures that the price needs are kept.

Doubt is never resolved against a family. A quotient that is too old, a file whose children or
declarants are others, a refusal of the tariffs: an agent looks, with the figures. Anything else:
the family gives a document. No answer of a source ends in a refusal, nor in the highest price.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.rights import deciding, meters, queries
from billing.rights import identity as identities
from billing.rights.identity import AskedIdentity, ChildSex, CivilIdentity
from billing.rights.models import (
    BursaryAnswer,
    Consent,
    RightsRequest,
    RightsSource,
    SourceCall,
)
from billing.rights.outcomes import OURS_TO_MEND, PASSING, Outcome
from billing.rights.requesting import lock_request, write_down
from billing.rights.sources import family_source, tax_source
from billing.rights.sources.answers import (
    Answer,
    BursaryFacts,
    Endpoint,
    IncomeFacts,
    PupilIdentity,
    QuotientFacts,
)
from billing.rights.sources.api_impot import latest_income_year
from billing.rights.sources.api_particulier import bursary_is_known
from billing.tariffs.engine import Basis, Situation
from billing.tariffs.models import HouseholdResources, Service
from billing.tariffs.queries import policy_on
from commons.actors import Actor
from commons.errors import DomainError
from commons.school_calendar import school_year_of
from tenants.people import queries as people
from tenants.people.models import Pupil

logger = logging.getLogger(__name__)

State = RightsRequest.State
Way = RightsRequest.Way
Kind = RightsSource.Kind
Proof = HouseholdResources.Proof
KINDS = {Way.CAF_MSA: Kind.API_PARTICULIER, Way.TAX: Kind.API_IMPOT}
# How old a quotient may be where the tariff does not say (DOMAIN rule 16: three months).
OLDEST_QUOTIENT_MONTHS = 3
# A worker asks within seconds; a request still being asked after this is given back to the family.
PATIENCE = datetime.timedelta(minutes=5)
WORKER = Actor.system("rights")


@dataclasses.dataclass(frozen=True, slots=True)
class Ready:
    """A question that may be put: agreed to, and of a source that is open."""

    request: RightsRequest
    source: RightsSource
    consent: Consent
    identity: AskedIdentity


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the pupil it is about if it is about one."""

    answer: Answer
    pupil: Pupil | None = None


def put_question(*, request: RightsRequest, at: datetime.datetime) -> RightsRequest:
    """
    Ask the source of a request that waits for it, and take its answer. In no transaction.

    A request that waits for nothing is left as it is: running it again changes nothing.

    :raises RuntimeError: inside a transaction
    """
    ready = _ready(request, at=at)
    if ready is None:
        return queries.request_by_id(request.pk)
    heard = _ask(ready, at=at)
    return take_answer(ready=ready, heard=heard, at=at)


@transaction.atomic(durable=True)
def _ready(request: RightsRequest, *, at: datetime.datetime) -> Ready | None:
    """What may be asked now; a request whose source is closed meanwhile goes the manual way."""
    locked = lock_request(request)
    if locked.state != State.ASKING:
        return None
    consent = queries.standing_consent(locked)
    source = queries.open_source(KINDS[Way(locked.way)])
    if consent is None or locked.sealed_identity is None:
        return None
    if source is None or source.kind != consent.source_kind:
        _to_the_family(locked, Outcome.MISCONFIGURED, at=at)
        return None
    identity = AskedIdentity.unsealed(bytes(locked.sealed_identity))
    return Ready(request=locked, source=source, consent=consent, identity=identity)


def _ask(ready: Ready, *, at: datetime.datetime) -> list[Heard]:
    """The questions that the person agreed to, the one that decides first."""
    if ready.source.kind == Kind.API_IMPOT:
        year = latest_income_year(at)
        number = ready.identity.tax_number
        return [Heard(tax_source(ready.source).ask_income(number, income_year=year))]
    if ready.identity.civil is None:
        return []
    source = family_source(ready.source)
    heard = [Heard(source.ask_quotient(ready.identity.civil))]
    if Endpoint.SCHOOLING in ready.consent.data and source.offers(Endpoint.SCHOOLING):
        day = timezone.localdate(at)
        for child in ready.identity.children:
            pupil = ready.request.household.pupils.filter(public_id=child.pupil).first()
            asked = _pupil_identity(pupil, child, on=day) if pupil else None
            if pupil is not None and asked is not None:
                heard.append(Heard(source.ask_bursary(asked), pupil))
    return heard


def _pupil_identity(pupil: Pupil, child: ChildSex, *, on: datetime.date) -> PupilIdentity | None:
    """A pupil as the ministry is asked about; none without a collège."""
    schooling = people.schooling_on(pupil, on)
    if schooling is None:
        return None
    civil = CivilIdentity(
        birth_name=pupil.last_name,
        first_names=(pupil.first_name,),
        sex=child.sex,
        birth_year=pupil.birth_date.year,
        birth_month=pupil.birth_date.month,
        birth_day=pupil.birth_date.day,
    )
    return PupilIdentity(civil=civil, uai=schooling.college.uai, school_year=schooling.school_year)


@transaction.atomic(durable=True)
def take_answer(*, ready: Ready, heard: list[Heard], at: datetime.datetime) -> RightsRequest:
    """Write the calls down, and do what the answer allows, unless nobody waits for it any more."""
    locked = lock_request(ready.request)
    for one in heard:
        _trace(ready, one, at=at)
    _note_health(ready.source, heard, at=at)
    ready.consent.refresh_from_db(fields=["withdrawn_at"])
    is_wanted = locked.state == State.ASKING and ready.consent.withdrawn_at is None
    if not is_wanted or not heard:
        return locked
    _keep_bursaries(locked, heard[1:], at=at)
    decisive = heard[0].answer
    locked.outcome = decisive.outcome
    if decisive.outcome is not Outcome.FOUND or decisive.facts is None:
        _to_the_family(locked, decisive.outcome, at=at)
        return locked
    situation = _keep_facts(locked, decisive)
    doubt = _doubt(locked, decisive, at=at)
    if doubt:
        locked.outcome = Outcome.UNSURE
        deciding.hand_to_agents(locked, reason=doubt, at=at)
        return locked
    try:
        with transaction.atomic():
            locked.is_automatic = True
            deciding.settle(
                locked, situation, dated_on=_dated(decisive, at=at), actor=WORKER, at=at
            )
    except DomainError as refusal:
        locked = lock_request(ready.request)
        locked.outcome = decisive.outcome
        _keep_facts(locked, decisive)
        deciding.hand_to_agents(locked, reason=refusal.code, at=at)
    return locked


def _to_the_family(locked: RightsRequest, outcome: Outcome, *, at: datetime.datetime) -> None:
    """A document is awaited. The identity is kept only where the same question may be put again."""
    locked.outcome = outcome
    if outcome not in PASSING:
        locked.sealed_identity = None
    locked.answer = ""
    deciding.await_document(locked, reason=outcome, at=at)


def _keep_facts(locked: RightsRequest, answer: Answer) -> Situation:
    """Keep what the price needs, and nothing else; how the tariffs read it."""
    facts = answer.facts
    if isinstance(facts, QuotientFacts):
        locked.quotient_euros, locked.provider = facts.euros, facts.provider
        locked.quotient_year, locked.quotient_month = facts.year, facts.month
        return deciding.Figures(
            basis=Basis.CAF_QF,
            quotient=Decimal(facts.euros),
            proof_kind=Proof.API_PARTICULIER,
        ).situation()
    assert isinstance(facts, IncomeFacts)
    locked.reference_tax_income_cents = facts.reference_tax_income_cents
    locked.tax_parts, locked.income_year = facts.tax_parts, facts.income_year
    locked.provider = "DGFIP"
    return deciding.Figures(
        basis=Basis.FISCAL_QF,
        reference_tax_income_cents=facts.reference_tax_income_cents,
        tax_parts=facts.tax_parts,
        proof_kind=Proof.API_IMPOT,
    ).situation()


def _dated(answer: Answer, *, at: datetime.datetime) -> datetime.date:
    """The day an answer is of: the first of its month, or today's."""
    facts = answer.facts
    if isinstance(facts, QuotientFacts):
        return datetime.date(facts.year, facts.month, 1)
    return timezone.localdate(at)


def _doubt(locked: RightsRequest, answer: Answer, *, at: datetime.datetime) -> str:
    """Why a figure that was found should be looked at by an agent; nothing when it should not.

    The other people of a reply are looked at here and nowhere else, where the habilitation lets them
    through: a file of other children, or a tax return of other people, is somebody else's.
    """
    today = timezone.localdate(at)
    if isinstance(answer.facts, QuotientFacts):
        age = 12 * (today.year - answer.facts.year) + today.month - answer.facts.month
        bounds = policy_on(Service.HALF_BOARD, today).proof_months
        certificate = bounds.get(Proof.CAF_CERTIFICATE, OLDEST_QUOTIENT_MONTHS)
        if age > bounds.get(Proof.API_PARTICULIER, certificate):
            return "QUOTIENT_TOO_OLD"
        children = answer.witness.child_birth_dates
        own = {pupil.birth_date.isoformat() for pupil in queries.pupils_of(locked.household)}
        if children and not own & children:
            return "OTHER_CHILDREN"
    declarants = answer.witness.declarants
    if declarants:
        adults = list(queries.guardians_of(locked.household, on=today))
        if not any(identities.is_of(declarant, adults) for declarant in declarants):
            return "OTHER_DECLARANTS"
    return ""


def _trace(ready: Ready, heard: Heard, *, at: datetime.datetime) -> None:
    answer = heard.answer
    outcome = _said_of_bursary(answer, at=at) if heard.pupil else answer.outcome
    SourceCall.objects.create(
        request=ready.request,
        source=ready.source,
        consent=ready.consent,
        pupil=heard.pupil,
        asked_by=ready.consent.given_by,
        purpose=SourceCall.Purpose.PRICE,
        endpoint=answer.endpoint,
        version=answer.version,
        correlation_id=answer.correlation_id,
        outcome=outcome,
        code=answer.code,
        http_status=answer.http_status,
        attempts=answer.attempts,
        duration_ms=answer.duration_ms,
        called_at=at,
    )
    meters.CALLS.add(source=ready.source.kind, outcome=outcome)


def _said_of_bursary(answer: Answer, *, at: datetime.datetime) -> Outcome:
    """ "No" before mid-October is not an answer (DOMAIN §8, case 37)."""
    facts = answer.facts
    if answer.outcome is not Outcome.FOUND or not isinstance(facts, BursaryFacts):
        return answer.outcome
    day = timezone.localdate(at)
    year = school_year_of(day).start_year
    if facts.holds or (facts.holds is False and bursary_is_known(at, school_year=year)):
        return Outcome.FOUND
    return Outcome.UNSURE


def _keep_bursaries(locked: RightsRequest, heard: list[Heard], *, at: datetime.datetime) -> None:
    """What is known of each pupil's bursary: yes, no, or nothing yet."""
    day = timezone.localdate(at)
    for one in heard:
        facts = one.answer.facts
        is_sure = _said_of_bursary(one.answer, at=at) is Outcome.FOUND
        holds = BursaryAnswer.Holds.UNKNOWN
        if is_sure and isinstance(facts, BursaryFacts):
            holds = BursaryAnswer.Holds.YES if facts.holds else BursaryAnswer.Holds.NO
        level = facts.level if isinstance(facts, BursaryFacts) and is_sure else None
        BursaryAnswer.objects.update_or_create(
            request=locked,
            pupil=one.pupil,
            defaults={
                "school_year": school_year_of(day).start_year,
                "holds": holds,
                "level": level,
                "answered_at": at,
            },
        )


def _note_health(source: RightsSource, heard: list[Heard], *, at: datetime.datetime) -> None:
    """Show on the source what a person has to mend there, until it answers again."""
    bad = next((one.answer for one in heard if one.answer.outcome in OURS_TO_MEND), None)
    rows = RightsSource.objects.filter(pk=source.pk)
    if bad is not None:
        rows.update(problem=f"{bad.outcome}", problem_at=at)
        logger.error(
            "rights source needs mending",
            extra={"source": source.kind, "outcome": str(bad.outcome), "code": bad.code},
        )
    elif any(one.answer.outcome is Outcome.FOUND for one in heard):
        rows.exclude(problem="").update(problem="", problem_at=None)


@transaction.atomic(durable=True)
def _give_up(request: RightsRequest, *, before: datetime.datetime, at: datetime.datetime) -> bool:
    locked = lock_request(request)
    if locked.state != State.ASKING or locked.asked_at is None or locked.asked_at > before:
        return False
    _to_the_family(locked, Outcome.UNAVAILABLE, at=at)
    write_down("waited_in_vain", locked, actor=WORKER, at=at)
    return True


def give_up_waiting(*, at: datetime.datetime) -> int:
    """Give back to their families the requests whose source nobody could ask; how many."""
    before = at - PATIENCE
    waiting = queries.being_asked_since(before)
    return sum(_give_up(request, before=before, at=at) for request in waiting)
