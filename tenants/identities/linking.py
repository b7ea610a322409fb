"""The acts that join an identity to a person of the feed, and open their account if they have none.

Locks: the request, then the person, then what hangs on them: their code, their account. An identity that
is an account's is never moved by a sign-in: only an agent who is shown both may end one and join another.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.activation import operations as activation
from tenants.identities import claims as claims_of
from tenants.identities import reconciling
from tenants.identities.claims import Claims
from tenants.identities.models import (
    ExternalIdentity,
    LinkCandidate,
    LinkRequest,
    ProviderKind,
)
from tenants.identities.reconciling import Finding, Person
from tenants.identities.refusals import (
    AccountClosed,
    CodeRefused,
    RequestOver,
    TooManyTries,
    WordsMissing,
)
from tenants.people.models import Guardian, Pupil

if TYPE_CHECKING:
    from tenants.activation.models import ActivationCode

MOST_TRIES = 5
TRIES_LAST = datetime.timedelta(days=1)
UNPROVED_LAST = datetime.timedelta(days=30)
ANSWER_STANDS = datetime.timedelta(days=7)
SIGN_IN = Actor.system("identities.sign_in")
State, Reason = LinkRequest.State, LinkRequest.Reason
Proof = ExternalIdentity.Proof


class _Conflict(Exception):
    """The person has another identity of this provider, or the identity is another account's."""

    reason = Reason.ALREADY_LINKED


class _AnotherName(_Conflict):
    """The person of a code bears another name than the provider's."""

    reason = Reason.NAME_DIFFERS


@dataclasses.dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody a provider vouches for: their account, or the request that will tell who they are."""

    user: User | None = None
    request: LinkRequest | None = None


@transaction.atomic(durable=True)
def arrive(*, claims: Claims, at: datetime.datetime) -> Arrival:
    """
    Find the account of claims; join them to the person they speak of, if that is sure.

    :raises AccountClosed: if the account is closed
    :raises WrongProfile: if the feed knows them as somebody of another kind
    :raises CollegeMissing: if a pupil's identity names no collège
    """
    identity = _identity_of(claims.kind, claims.subject)
    if identity is not None:
        if not identity.user.is_active:
            raise AccountClosed
        ExternalIdentity.objects.filter(pk=identity.pk).update(used_at=at)
        return Arrival(user=identity.user)
    standing = _standing(claims, at=at)
    if standing is not None and not _may_begin_again(standing):
        return Arrival(request=standing)
    on = timezone.localdate(at)
    finding = reconciling.find(claims, on=on)
    if finding.person is not None:
        try:
            with transaction.atomic():
                return Arrival(user=_recognise(finding.person, claims, standing, at=at))
        except _Conflict as conflict:
            finding = Finding(reason=conflict.reason, candidates=(finding.person,))
    return Arrival(request=_ask(claims, finding, standing, at=at))


def _recognise(
    person: Person, claims: Claims, standing: LinkRequest | None, *, at: datetime.datetime
) -> User:
    """Join claims to the person they point at; what stood open meanwhile is closed."""
    if standing is not None and standing.closed_at is None:
        return _close(standing, person, Proof.DIRECTORY, SIGN_IN, at=at)
    return _join(person, claims.kind, claims.subject, proof=Proof.DIRECTORY, at=at)


def _identity_of(kind: str, subject: str) -> ExternalIdentity | None:
    return (
        ExternalIdentity.objects.filter(kind=kind, subject=subject, ended_at__isnull=True)
        .select_related("user")
        .first()
    )


def _standing(claims: Claims, *, at: datetime.datetime) -> LinkRequest | None:
    """The request that is open for this subject, or one that was refused lately."""
    latest = (
        LinkRequest.objects.select_for_update(of=("self",), no_key=True)
        .filter(kind=claims.kind, subject=claims.subject)
        .order_by("-created_at", "-pk")
        .first()
    )
    if latest is None or latest.closed_at is None:
        return latest
    is_fresh = latest.state == State.REFUSED and latest.closed_at + ANSWER_STANDS > at
    return latest if is_fresh else None


def _may_begin_again(request: LinkRequest) -> bool:
    """Whether a new sign-in changes something: a proof is yet to be given."""
    return request.state == State.TO_PROVE or (
        request.state == State.REFUSED and request.kind == ProviderKind.FRANCECONNECT
    )


def _ask(
    claims: Claims, finding: Finding, standing: LinkRequest | None, *, at: datetime.datetime
) -> LinkRequest:
    """The request of a subject; one to prove is taken up with what the provider says today."""
    sealed = claims_of.sealed(dataclasses.replace(claims, leaving=""))
    if standing is not None and standing.closed_at is None:
        request = standing
        request.sealed_claims = sealed
        if request.created_at + TRIES_LAST <= at:
            request.created_at, request.tries = at, 0
        request.save(update_fields=["sealed_claims", "created_at", "tries"])
    else:
        request = LinkRequest.objects.create(
            kind=claims.kind,
            subject=claims.subject,
            profile=claims.profile,
            state=State.TO_PROVE,
            reason=finding.reason,
            sealed_claims=sealed,
            created_at=at,
        )
    if not finding.needs_proof:
        _hand_over(request, finding, claims, at=at)
    return request


def _hand_over(
    request: LinkRequest, finding: Finding, claims: Claims, *, at: datetime.datetime
) -> None:
    """Leave it to the secretary, with who it may be; if it is there already, with one more."""
    for person in finding.candidates:
        named = {"pupil": person} if isinstance(person, Pupil) else {"guardian": person}
        LinkCandidate.objects.get_or_create(request=request, **named)
    if request.is_open:
        return
    request.state, request.reason, request.waiting_since = State.TO_DECIDE, finding.reason, at
    request.college_uai = reconciling.college_of(finding, claims, on=timezone.localdate(at))
    request.save(update_fields=["state", "reason", "waiting_since", "college_uai"])
    record_audit(
        actor=SIGN_IN,
        action="identities.request.opened",
        subject_type="link_request",
        subject_id=request.public_id,
        at=at,
        kind=request.kind,
        reason=request.reason,
    )


def prove_by_paper(
    *, request: LinkRequest, ine: str, birth_date: datetime.date, at: datetime.datetime
) -> Arrival:
    """
    Tell who one is by the INE and the birth date of one's child; the name only confirms.

    Answers the account, or the request left to the secretary when the name does not tell. A try counts
    before it is looked at, so that tries at once count as well.

    :raises ProofRefused: if there is no such pupil
    :raises TooManyTries: after five tries in a day
    :raises RequestOver: if there is nothing left to prove
    """
    _count_try(request, at=at, by_code=False)
    return _prove_by_paper(request, ine, birth_date, at)


@transaction.atomic(durable=True)
def _count_try(request: LinkRequest, *, at: datetime.datetime, by_code: bool) -> None:
    locked, _claims = _hold(request, by_code=by_code)
    if locked.created_at + TRIES_LAST <= at:
        locked.created_at, locked.tries = at, 0
    if locked.tries >= MOST_TRIES:
        raise TooManyTries
    locked.tries += 1
    locked.save(update_fields=["created_at", "tries"])


@transaction.atomic(durable=True)
def _prove_by_paper(
    request: LinkRequest, ine: str, birth_date: datetime.date, at: datetime.datetime
) -> Arrival:
    locked, claims = _hold(request, by_code=False)
    on = timezone.localdate(at)
    finding = reconciling.find_by_paper(claims, ine=ine, birth_date=birth_date, on=on)
    if finding.person is not None:
        try:
            with transaction.atomic():
                return Arrival(user=_close(locked, finding.person, Proof.PAPER, SIGN_IN, at=at))
        except _Conflict as conflict:
            finding = Finding(reason=conflict.reason, candidates=(finding.person,))
    _hand_over(locked, finding, claims, at=at)
    return Arrival(request=locked)


def prove_by_code(
    *, request: LinkRequest, typed: str, birth_date: datetime.date, at: datetime.datetime
) -> Arrival:
    """
    Tell who one is by the code of one's letter, and the birth date that goes with it.

    The code is used up, and gives no password. Whoever waits for the secretary may do so too. Answers the
    account; or the request left to the secretary, with the person of the code, when they bear another name
    or have another identity of this provider: the code then still works.

    :raises CodeRefused: whatever is wrong, and when the provider speaks of somebody else
    :raises TooManyTries: after five tries in a day, those by the INE included
    :raises RequestOver: if there is nothing left to prove
    """
    _count_try(request, at=at, by_code=True)
    try:
        code = activation.check_code(typed=typed, birth_date=birth_date, at=at)
        return _prove_by_code(request, code, at)
    except activation.CodeRefused as error:
        raise CodeRefused from error


@transaction.atomic(durable=True)
def _prove_by_code(request: LinkRequest, code: ActivationCode, at: datetime.datetime) -> Arrival:
    locked, claims = _hold(request, by_code=True)
    try:
        with transaction.atomic():  # what is left to a person uses no code up
            person = activation.spend_code(code=code, actor=SIGN_IN, at=at)
            if reconciling.speak_of_another(claims, person, on=timezone.localdate(at)):
                raise CodeRefused
            if not reconciling.is_named(person, claims):
                raise _AnotherName
            return Arrival(user=_close(locked, person, Proof.CODE, SIGN_IN, at=at))
    except _Conflict as conflict:
        finding = Finding(reason=conflict.reason, candidates=(code.person,))
    _hand_over(locked, finding, claims, at=at)
    return Arrival(request=locked)


@transaction.atomic(durable=True)
def decide(
    *, request: LinkRequest, candidate: LinkCandidate, actor: Actor, at: datetime.datetime
) -> LinkRequest:
    """
    Say which of the candidates it is. What was joined to them before of this provider ends.

    :raises RequestOver: if somebody decided already
    :raises AccountClosed: if the account of that person is closed
    """
    locked = _lock_request(request)
    if not locked.is_open or candidate.request_id != locked.pk:
        raise RequestOver
    person = candidate.guardian or candidate.pupil
    assert person is not None
    _close(locked, person, Proof.AGENT, actor, at=at)
    return locked


@transaction.atomic(durable=True)
def refuse(
    *, request: LinkRequest, answer: str, actor: Actor, at: datetime.datetime
) -> LinkRequest:
    """
    Join it to nobody, in words that the person reads when they come again.

    :raises WordsMissing: if there are none
    :raises RequestOver: if somebody decided already
    """
    words = " ".join(answer.split())
    if not words:
        raise WordsMissing
    locked = _lock_request(request)
    if not locked.is_open:
        raise RequestOver
    locked.state, locked.answer = State.REFUSED, words[:500]
    locked.decided_by, locked.closed_at, locked.sealed_claims = actor.id, at, None
    locked.save(update_fields=["state", "answer", "decided_by", "closed_at", "sealed_claims"])
    _write_down("identities.request.refused", locked, actor, at)
    return locked


@transaction.atomic(durable=True)
def forget_unproved(*, at: datetime.datetime) -> int:
    """Delete what was kept of those who never proved who they are, after a month; how many."""
    unproved = LinkRequest.objects.filter(state=State.TO_PROVE, created_at__lte=at - UNPROVED_LAST)
    deleted, _each = unproved.delete()
    return deleted


def _hold(request: LinkRequest, *, by_code: bool) -> tuple[LinkRequest, Claims]:
    """Hold a request whose person may prove who they are, and what the provider said of them.

    :raises RequestOver: if there is nothing left to prove, or not in this way
    """
    locked = _lock_request(request)
    is_open = locked.state == State.TO_PROVE and locked.reason == Reason.NO_KEY
    if by_code:
        is_open = locked.closed_at is None
    if not is_open or locked.sealed_claims is None:
        raise RequestOver
    return locked, claims_of.unsealed(bytes(locked.sealed_claims))


def _lock_request(request: LinkRequest) -> LinkRequest:
    return LinkRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)


def _close(
    request: LinkRequest,
    person: Person,
    proof: ExternalIdentity.Proof,
    actor: Actor,
    *,
    at: datetime.datetime,
) -> User:
    user = _join(person, request.kind, request.subject, proof=proof, at=at, actor=actor)
    request.state, request.user = State.LINKED, user
    request.decided_by, request.closed_at, request.sealed_claims = actor.id, at, None
    request.save(update_fields=["state", "user", "decided_by", "closed_at", "sealed_claims"])
    _write_down("identities.request.linked", request, actor, at)
    return user


def _write_down(action: str, request: LinkRequest, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type="link_request",
        subject_id=request.public_id,
        at=at,
        kind=request.kind,
        reason=request.reason,
    )


def _join(
    person: Person,
    kind: str,
    subject: str,
    *,
    proof: ExternalIdentity.Proof,
    at: datetime.datetime,
    actor: Actor = SIGN_IN,
) -> User:
    """Join a subject to a person's account, opened if they have none."""
    locked = _lock_person(person)
    user = _account_of(locked, actor=actor, at=at)
    held = ExternalIdentity.objects.filter(kind=kind, user=user, ended_at__isnull=True).first()
    if held is not None and held.subject != subject:
        if proof != Proof.AGENT:
            raise _Conflict
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        _tell("ended", held, actor=actor, at=at)
    elif held is not None:
        return user  # the same person, in two windows at once
    try:
        with transaction.atomic():
            identity = ExternalIdentity.objects.create(
                kind=kind, subject=subject, user=user, proof=proof, linked_at=at, used_at=at
            )
    except IntegrityError as error:
        raise _Conflict from error
    _tell("linked", identity, actor=actor, at=at)
    record_event(
        "identities.identity.linked",
        aggregate=f"user:{user.public_id}",
        occurred_at=at,
        identity_id=identity.public_id,
        user_id=user.public_id,
    )
    return user


def _lock_person(person: Person) -> Person:
    model: type[Guardian] | type[Pupil] = type(person)
    return model.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)


def _account_of(person: Person, *, actor: Actor, at: datetime.datetime) -> User:
    """The account of a person, opened without an address, an identifier or a password if needed.

    :raises AccountClosed: if it is closed
    """
    if person.user_id is not None:
        user = User.objects.get(pk=person.user_id)
        if not user.is_active:
            raise AccountClosed
        return user
    user = accounts.open_account(
        first_name=person.first_name, last_name=person.last_name, actor=actor, at=at
    )
    person.user = user
    person.save(update_fields=["user"])
    return user


def _tell(what: str, identity: ExternalIdentity, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"identities.identity.{what}",
        subject_type="user",
        subject_id=identity.user.public_id,
        at=at,
        kind=identity.kind,
        proof=identity.proof,
    )
