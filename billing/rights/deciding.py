"""Acts that end a request: the source's answer, the maximum, and what agents do.

Only two things decide without a person (DOMAIN §2.4): a source that answered, and a family that chooses
the maximum. The rest waits for an agent, whose day is counted from when the file is whole. Two agents
do not undo each other: a file that one took is theirs, and what is decided is decided once.

The price changes on the day the tariff says, never inside a month that is billed. It changes for the
pupils who have a price; the others get theirs when they are enrolled.
"""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.rights import documents, meters, queries
from billing.rights.models import ProofDocument, RightsRequest, RightsRules
from billing.rights.requesting import (
    CHANGEABLE,
    lock_request,
    refuse_unless,
    tell_closed,
    write_down,
)
from billing.tariffs import decisions, recording
from billing.tariffs import queries as tariffs
from billing.tariffs.engine import Situation, basis_named
from billing.tariffs.issued_months import first_open_day
from billing.tariffs.models import HouseholdResources, Service
from commons.actors import Actor
from commons.errors import DomainError
from commons.outbox import record_event
from commons.uploads import StoredFile
from tenants.people.models import Household, Pupil

State = RightsRequest.State
Way = RightsRequest.Way
Proof = HouseholdResources.Proof
# A proof given this close to its end is for the next year: families enrol from June on.
EARLY = datetime.timedelta(days=92)
# All that is kept of an answer of a source.
KEPT = (
    "quotient_euros", "quotient_year", "quotient_month", "provider", "reference_tax_income_cents",
    "tax_parts", "income_year",
)  # fmt: skip


class TakenByAnother(DomainError):
    """Another agent has this file."""

    code = "RIGHTS_TAKEN_BY_ANOTHER"


class WordsMissing(DomainError):
    """A family is told why in words: none were given."""

    code = "RIGHTS_WORDS_MISSING"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What an agent read in a document. Cents and euros a month, as `HouseholdResources` has them."""

    proof_kind: str
    basis: str = ""
    quotient: Decimal | None = None
    reference_tax_income_cents: int | None = None
    tax_parts: Decimal | None = None
    children: int | None = None
    statuses: tuple[str, ...] = ()
    dated_on: datetime.date | None = None
    note: str = ""

    def situation(self) -> Situation:
        """As the tariffs read it.

        :raises InvalidResources: if the basis is none
        """
        return Situation(
            basis=basis_named(self.basis),
            stated_quotient=self.quotient,
            reference_tax_income_cents=self.reference_tax_income_cents,
            parts=self.tax_parts,
            children=self.children,
            statuses=frozenset(self.statuses),
            source=self.proof_kind,
        )


@transaction.atomic(durable=True)
def choose_maximum(*, request: RightsRequest, actor: Actor, at: datetime.datetime) -> RightsRequest:
    """
    Decide the highest price, as the family chose: no document, no source.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if the source is being asked, or an agent has the file
    :raises MaximumNotOffered: if the tariff has no such choice
    :raises ResourcesOverlap: if resources that start later are already recorded
    """
    locked = lock_request(request)
    refuse_unless(locked, CHANGEABLE)
    locked.way, locked.is_automatic = Way.MAXIMUM, True
    settle(locked, Situation(chooses_maximum=True), actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def attach_document(
    *,
    request: RightsRequest,
    kind: str,
    stored: StoredFile,
    actor: Actor,
    at: datetime.datetime,
) -> ProofDocument:
    """
    Add a document whose bytes are stored already, and hand the file to the agents.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if the source is being asked
    :raises TooManyDocuments: if the file has as many as it may
    """
    locked = lock_request(request)
    refuse_unless(locked, {*CHANGEABLE, State.TO_INSPECT})
    added = documents.keep(locked, kind=kind, stored=stored, at=at)
    locked.way = Way.DOCUMENT
    hand_to_agents(locked, reason="DOCUMENT_ADDED", at=at)
    write_down("document_added", locked, actor=actor, at=at, document=str(added.public_id))
    return added


@transaction.atomic(durable=True)
def take_request(*, request: RightsRequest, actor: Actor, at: datetime.datetime) -> RightsRequest:
    """
    Have the file for oneself; taking it again changes nothing.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it waits for the family, or for the source
    :raises TakenByAnother: if another agent has it
    """
    locked = lock_request(request)
    refuse_unless(locked, {State.TO_INSPECT})
    _mine(locked, actor)
    if not locked.taken_by:
        locked.taken_by, locked.taken_at = actor.id, at
        locked.save(update_fields=["taken_by", "taken_at"])
        write_down("taken", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def release_request(
    *, request: RightsRequest, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Put a file back in the queue, one's own or that of an absent colleague.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it waits for the family, or for the source
    """
    locked = lock_request(request)
    refuse_unless(locked, {State.TO_INSPECT})
    if locked.taken_by:
        locked.taken_by, locked.taken_at = "", None
        locked.save(update_fields=["taken_by", "taken_at"])
        write_down("released", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def decide_request(
    *, request: RightsRequest, figures: Figures, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Decide with what an agent read.

    :raises RequestOver: if it is decided already
    :raises RequestUnderWay: if it waits for the source
    :raises TakenByAnother: if another agent has it
    :raises InvalidResources: if a figure is negative, absurd or missing
    :raises ProofMissing: if a figure or a status comes without what proves it
    :raises ProofTooOld: if the tariff bounds the age of such a proof, and it is older
    :raises ResourcesOverlap: if resources that start later are already recorded
    """
    locked = lock_request(request)
    refuse_unless(locked, {State.TO_INSPECT, State.TO_COMPLETE})
    _mine(locked, actor)
    locked.answer = ""
    settle(
        locked,
        figures.situation(),
        dated_on=figures.dated_on,
        note=figures.note,
        actor=actor,
        at=at,
    )
    return locked


@transaction.atomic(durable=True)
def ask_document(
    *, request: RightsRequest, words: str, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Ask the family for another document, and say why.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it waits for the source
    :raises TakenByAnother: if another agent has it
    :raises WordsMissing: if nothing is said
    """
    locked = lock_request(request)
    refuse_unless(locked, {State.TO_INSPECT, State.TO_COMPLETE})
    _mine(locked, actor)
    locked.answer = _words(words)
    await_document(locked, reason="DOCUMENT_ASKED", at=at)
    write_down("document_asked", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def refuse_request(
    *, request: RightsRequest, words: str, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Refuse a request, and say why: prices stay what they are.

    :raises RequestOver: if it is over
    :raises RequestUnderWay: if it waits for the family, or for the source
    :raises TakenByAnother: if another agent has it
    :raises WordsMissing: if nothing is said
    """
    locked = lock_request(request)
    refuse_unless(locked, {State.TO_INSPECT})
    _mine(locked, actor)
    locked.answer = _words(words)
    locked.state, locked.closed_at = State.REFUSED, at
    locked.save(update_fields=["answer", "state", "closed_at"])
    _tell("rights.request.refused", locked, at=at)
    tell_closed(locked, at=at)
    write_down("refused", locked, actor=actor, at=at)
    return locked


def _mine(locked: RightsRequest, actor: Actor) -> None:
    if locked.taken_by and locked.taken_by != actor.id:
        raise TakenByAnother(taken_at=locked.taken_at)


def _words(words: str) -> str:
    if not words.strip():
        raise WordsMissing
    return words.strip()[:500]


# --- what the acts are made of ----------------------------------------------------------------


def settle(
    locked: RightsRequest,
    situation: Situation,
    *,
    dated_on: datetime.date | None = None,
    note: str = "",
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """Record a household's resources, decide its prices from their first day on, and close.

    :raises DomainError: if the tariffs refuse the figures or the day; nothing is then written
    """
    start = effective_day(at)
    household = recording.lock_household(locked.household.public_id)
    if situation.chooses_maximum:
        recorded = recording.record_maximum(
            household=household, valid_from=start, actor=actor, at=at
        )
    else:
        recorded = recording.record_situation(
            household=household,
            situation=situation,
            proof_dated_on=dated_on,
            proof_note=note,
            valid_from=start,
            valid_until=end_of_proof(queries.rules(), start),
            actor=actor,
            at=at,
        )
    decide_prices(household, start=start, actor=actor, at=at)
    locked.resources, locked.effective_from = recorded, start
    locked.state, locked.closed_at, locked.sealed_identity = State.DECIDED, at, None
    locked.reason = ""
    locked.save(
        update_fields=[
            "way", "is_automatic", "resources", "effective_from", "state", "closed_at",
            "sealed_identity", "reason", "answer", "outcome", *KEPT,
        ]
    )  # fmt: skip
    _tell("rights.request.decided", locked, at=at)
    tell_closed(locked, at=at)
    meters.DECIDED.add(way=locked.way, by="SOURCE_OR_FAMILY" if locked.is_automatic else "AGENT")
    write_down("decided", locked, actor=actor, at=at, way=locked.way, automatic=locked.is_automatic)


def decide_prices(
    household: Household, *, start: datetime.date, actor: Actor, at: datetime.datetime
) -> None:
    """Decide again what the pupils of a locked household pay, for each service they have a price of."""
    pupils = Pupil.objects.select_for_update(of=("self",), no_key=True).filter(household=household)
    for pupil in pupils.order_by("pk"):
        for service in Service.values:
            standing = tariffs.prices_since([pupil.pk], service, start).get(pupil.pk, [])
            # One asked for later starts there: it rests on what was known, and is decided again too.
            days = {
                max(row.valid_from, start)
                for row in standing
                if row.valid_from <= start or not row.is_automatic
            }
            for day in sorted(days):
                decisions.decide_from(pupil=pupil, service=service, start=day, actor=actor, at=at)


def hand_to_agents(locked: RightsRequest, *, reason: str, at: datetime.datetime) -> None:
    """Put a request in the agents' queue, with the day its answer is due."""
    rules = queries.rules()
    locked.state, locked.reason, locked.sealed_identity = State.TO_INSPECT, reason, None
    if locked.waiting_since is None:
        locked.waiting_since = at
        locked.due_at = at + datetime.timedelta(hours=rules.sla_hours)
        locked.latest_at = at + datetime.timedelta(days=rules.longest_days)
    locked.save(
        update_fields=[
            "way", "state", "reason", "sealed_identity", "waiting_since", "due_at", "latest_at",
            "outcome", *KEPT,
        ]
    )  # fmt: skip


def await_document(locked: RightsRequest, *, reason: str, at: datetime.datetime) -> None:
    """Give a request back to the family: its day is counted anew when the document comes."""
    locked.state, locked.reason = State.TO_COMPLETE, reason
    locked.waiting_since, locked.due_at, locked.latest_at = None, None, None
    locked.taken_by, locked.taken_at = "", None
    locked.save(
        update_fields=[
            "state", "reason", "answer", "waiting_since", "due_at", "latest_at", "taken_by",
            "taken_at", "outcome", "sealed_identity",
        ]
    )  # fmt: skip
    _tell("rights.document.asked", locked, at=at)


def _tell(event: str, locked: RightsRequest, *, at: datetime.datetime) -> None:
    record_event(
        event,
        aggregate=f"rights_request:{locked.public_id}",
        occurred_at=at,
        request_id=locked.pk,
    )


def effective_day(at: datetime.datetime) -> datetime.date:
    """The first day of the new price: as the tariff says, and never inside a billed month."""
    start = tariffs.effect_day(Service.HALF_BOARD, timezone.localdate(at))
    first_open = first_open_day()
    return start if first_open is None else max(start, first_open)


def end_of_proof(rules: RightsRules, start: datetime.date) -> datetime.date | None:
    """The day after the last on which a proof is good; none when it holds until the next."""
    if rules.lasting == RightsRules.Lasting.OPEN:
        return None
    month = 9 if rules.lasting == RightsRules.Lasting.SCHOOL_YEAR else 1
    ends = (datetime.date(start.year + more, month, 1) for more in range(3))
    return next(day for day in ends if day > start + EARLY)
