"""Acts of a family on a registration: begin, say, give, send, withdraw. Each is kept at once.

What data prove is granted at once, when it is sent. What is only declared waits for a document, and for
an agent to look at it. What is missing may come later: the file waits, and goes on by itself.
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from commons import uploads
from commons.actors import Actor
from commons.errors import DomainError
from commons.uploads import StoredFile
from federation.passplus.engine import registering
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.refusals import CardGranted
from federation.passplus.engine.spending import day_of
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import declaring, documents, queries
from federation.passplus.registrations.declaring import Declared
from federation.passplus.registrations.documents import DocumentNotAsked
from federation.passplus.registrations.queries import AFTERWARDS, SENT, WAITING
from federation.passplus.registrations.settling import (
    Reason,
    RegistrationUnderWay,
    State,
    await_family,
    close,
    hand_over,
    lock_registration,
    refuse_unless,
    settle_if_data_prove,
    write_down,
)
from tenants.people.models import Guardian, Pupil

Kind = RegistrationDocument.Kind


@transaction.atomic(durable=True)
def begin_registration(
    *, campaign: Campaign, pupil: Pupil, guardian: Guardian, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Begin a person's registration of a pupil, or take theirs up again.

    For a pupil who has their card already, it is where a proof of a bursary is given.

    :raises RegistrationNotOpen: before the first day
    :raises RegistrationClosed: after the last one, for this year of birth
    :raises NotEligible: if what data prove refuses it, whatever the family may say
    :raises RegistrationUnderWay: if another parent's is being studied
    """
    standing = _own(campaign, pupil, guardian)
    if standing is not None:
        return standing
    card = Card.objects.filter(campaign=campaign, pupil=pupil).first()
    if card is None:
        _check_may_begin(campaign, pupil, guardian, at=at)
    try:
        with transaction.atomic():
            begun = Registration.objects.create(
                campaign=campaign,
                pupil=pupil,
                guardian=guardian,
                card=card,
                state=State.GRANTED if card else State.DRAFT,
                is_automatic=card is not None,
                created_at=at,
                closed_at=at if card else None,
            )
    except IntegrityError:  # the same person, twice at the same moment
        return Registration.objects.get(
            campaign=campaign, pupil=pupil, guardian=guardian, closed_at__isnull=card is None
        )
    write_down("begun", begun, actor=actor, at=at, pupil=str(pupil.public_id))
    return begun


def _own(campaign: Campaign, pupil: Pupil, guardian: Guardian) -> Registration | None:
    mine = Registration.objects.filter(campaign=campaign, pupil=pupil, guardian=guardian)
    return mine.exclude(state__in=(State.REFUSED, State.CLOSED)).first()


def _check_may_begin(
    campaign: Campaign, pupil: Pupil, guardian: Guardian, *, at: datetime.datetime
) -> None:
    rules, day = campaign.rules, day_of(at)
    registering.check_registration(rules, pupil.birth_date, on=day)
    _refuse_if_under_way(campaign, pupil, guardian)
    known = facts_of([pupil], on=day)[pupil.pk]
    refused = declaring.refused_by_data(rules, known)
    if refused:
        raise registering.NotEligible(facts=tuple(map(str, refused)), is_final=True)
    if not declaring.questions_for(rules, known).facts:
        registering.grant(rules, known)  # nothing to ask: what data say is the answer


def _refuse_if_under_way(campaign: Campaign, pupil: Pupil, guardian: Guardian) -> None:
    others = Registration.objects.filter(campaign=campaign, pupil=pupil, state__in=WAITING)
    if others.exclude(guardian=guardian).exists():
        raise RegistrationUnderWay


@transaction.atomic(durable=True)
def tell_situation(
    *, registration: Registration, declared: Declared, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Keep what the family says of the pupil's situation.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it is sent already
    :raises AnswerInvalid: if an answer is missing, or cannot be
    :raises NotEligible: if the campaign is not open to such a pupil, with the facts in the way
    """
    locked = lock_registration(registration)
    refuse_unless(locked, {State.DRAFT, State.INCOMPLETE})
    rules = locked.campaign.rules
    known = facts_of([locked.pupil], on=day_of(at))[locked.pupil_id]
    said = declaring.checked(declared, declaring.questions_for(rules, known))
    told = declaring.facts_told(rules, known, said)
    if judge(rules.eligibility, told).eligibility in (Eligibility.REFUSED, Eligibility.UNKNOWN):
        registering.grant(rules, told)
    locked.declared = said.as_dict()
    locked.save(update_fields=["declared"])
    write_down("told", locked, actor=actor, at=at)
    if locked.state == State.INCOMPLETE:
        _go_on(locked, actor=actor, at=at)
    return locked


def give_document(
    *,
    registration: Registration,
    kind: str,
    stream: uploads.Readable,
    declared_name: str,
    actor: Actor,
    at: datetime.datetime,
) -> RegistrationDocument:
    """
    Take a document or a photograph in, look into it, and add it; nothing is kept of one that is refused.

    :raises UploadRefused: one of its kinds, if it is too large, damaged, or not what it may be
    :raises PhotoRefused: if a photograph is a PDF, too heavy, too small, or lies on its side
    :raises DocumentNotAsked: if the campaign takes no such document
    :raises RegistrationOver: if it is over
    :raises TooManyDocuments: if it has as many as it may
    """
    if kind == Kind.PHOTO:
        megabytes = registration.campaign.rules.photo_megabytes
        upload = documents.receive_photo(
            stream, declared_name=declared_name, most_megabytes=megabytes
        )
    else:
        upload = uploads.receive(stream, declared_name=declared_name)
    stored = uploads.store(upload)
    try:
        return attach_document(
            registration=registration, kind=kind, stored=stored, actor=actor, at=at
        )
    except DomainError:
        uploads.delete_stored(stored.name)
        raise


@transaction.atomic(durable=True)
def attach_document(
    *,
    registration: Registration,
    kind: str,
    stored: StoredFile,
    actor: Actor,
    at: datetime.datetime,
) -> RegistrationDocument:
    """
    Add a document whose bytes are stored already; a file that waited for it alone goes on by itself.

    :raises DocumentNotAsked: if the campaign takes no such document
    :raises RegistrationOver: if it is over
    :raises TooManyDocuments: if it has as many as it may
    """
    locked = lock_registration(registration)
    is_granted = locked.state == State.GRANTED
    refuse_unless(locked, {State.DRAFT, *SENT, *((State.GRANTED,) if kind in AFTERWARDS else ())})
    _check_asked(locked, kind)
    added = documents.keep(locked, kind=kind, stored=stored, at=at)
    write_down("document_added", locked, actor=actor, at=at, kind=kind)
    if is_granted and locked.asked:
        locked.asked = [one for one in locked.asked if one != kind]
        locked.answer = locked.answer if locked.asked else ""
        locked.save(update_fields=["asked", "answer"])
    if locked.state == State.INCOMPLETE:
        _go_on(locked, actor=actor, at=at)
    return added


def _check_asked(locked: Registration, kind: str) -> None:
    rules = locked.campaign.rules
    takes = {str(one) for rule in rules.documents for one in rule.any_of}
    if rules.photo_megabytes is not None:
        takes.add(str(Kind.PHOTO))
    if kind not in takes:
        raise DocumentNotAsked(field="kind")


@transaction.atomic(durable=True)
def submit_registration(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Send a registration: granted at once if data prove all of it, else it waits for an agent, or for
    what is missing. Sending it again changes nothing.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotOpen: before the first day
    :raises RegistrationClosed: after the last one, for this year of birth
    :raises AnswerInvalid: if the situation was not told
    :raises CardGranted: if the pupil has a card already
    :raises RegistrationUnderWay: if another parent's is being studied
    """
    locked = lock_registration(registration)
    if locked.state in SENT:
        return locked
    refuse_unless(locked, {State.DRAFT})
    rules = locked.campaign.rules
    registering.check_registration(rules, locked.pupil.birth_date, on=day_of(at))
    if Card.objects.filter(campaign=locked.campaign, pupil=locked.pupil).exists():
        raise CardGranted(card=str(locked.pupil.public_id))
    if not queries.standing_of(locked, at=at).is_told:
        raise declaring.AnswerInvalid(field="")
    _make_room(locked, actor=actor, at=at)
    locked.submitted_at = at
    try:
        with transaction.atomic():
            _go_on(locked, actor=actor, at=at)
    except IntegrityError:  # the other parent, at the same moment
        raise RegistrationUnderWay from None
    write_down("submitted", locked, actor=actor, at=at)
    return locked


def _make_room(locked: Registration, *, actor: Actor, at: datetime.datetime) -> None:
    """One is sent at a time: what another parent left unfinished makes way for one that is sent now."""
    others = Registration.objects.filter(
        campaign=locked.campaign, pupil=locked.pupil, state__in=SENT
    ).exclude(pk=locked.pk)
    for other in others.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if other.state in WAITING:
            raise RegistrationUnderWay
        close(other, Reason.OTHER_PARENT, actor=actor, at=at)


def _go_on(locked: Registration, *, actor: Actor, at: datetime.datetime) -> None:
    """Grant what data prove; else hand what is whole to the agents; else wait for the family."""
    known = facts_of([locked.pupil], on=day_of(at))[locked.pupil_id]
    if settle_if_data_prove(locked, known, actor=actor, at=at):
        return
    kinds = queries.kinds_given(locked)
    if queries.standing_with(locked, known, kinds=kinds).is_complete:
        hand_over(locked, at=at)
    elif locked.state != State.INCOMPLETE:
        await_family(locked, Reason.DOCUMENTS_MISSING, at=at)


@transaction.atomic(durable=True)
def withdraw_registration(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Give a registration up: what was said and given is erased. Doing it again changes nothing.

    :raises RegistrationOver: if it is granted, refused or closed for another reason
    """
    locked = lock_registration(registration)
    if locked.state == State.CLOSED and locked.reason == Reason.WITHDRAWN:
        return locked
    refuse_unless(locked, {State.DRAFT, *SENT})
    close(locked, Reason.WITHDRAWN, actor=actor, at=at)
    return locked
