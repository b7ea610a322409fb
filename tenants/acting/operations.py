"""An agent acts for a family: begin, widen, end.

An agent who helps on the telephone must see what the family sees, and sometimes fill in for it. The
family did not give its password, and reads afterwards who came, why, and what was done.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import User
from tenants.accounts.operations import open_account
from tenants.acting.models import LONGEST_REASON, ActingSession
from tenants.acting.queries import is_running
from tenants.people.models import Guardian

LONGEST = datetime.timedelta(minutes=60)
SHORTEST_REASON = 10  # signs


class MayNotAct(DomainError):
    """The agent's roles do not let them act for families, or the family is their own."""

    code = "ACTING_FORBIDDEN"


class ReasonTooShort(DomainError):
    """The reason says nothing; `least` and `most` are in signs."""

    code = "ACTING_REASON_MISSING"


class ActingTooLong(DomainError):
    """More than `minutes` were asked for, or none."""

    code = "ACTING_TOO_LONG"


class ActingOver(DomainError):
    """The session ended, or its time is up."""

    code = "ACTING_OVER"


@transaction.atomic(durable=True)
def begin(
    *,
    agent: User,
    guardian: Guardian,
    reason: str,
    lasts: datetime.timedelta,
    actor: Actor,
    at: datetime.datetime,
) -> ActingSession:
    """Open the portal as a guardian sees it; the agent's former session ends.

    A guardian without an account is given one, which nobody can sign in to yet.

    :raises MayNotAct: if the agent may not, or is this guardian or of their household
    :raises ReasonTooShort: if the reason says nothing, or is too long
    :raises ActingTooLong: if it would last no time, or more than `LONGEST`
    """
    locked = User.objects.select_for_update(of=("self",), no_key=True).get(pk=agent.pk)
    if not locked.can(Capability.ACT_FOR_FAMILIES) or _is_family_of(locked, guardian):
        raise MayNotAct(agent=str(agent.public_id))
    if not datetime.timedelta(0) < lasts <= LONGEST:
        raise ActingTooLong(minutes=LONGEST // datetime.timedelta(minutes=1))
    written = _reason(reason)
    for former in ActingSession.objects.filter(agent=locked, ended_at__isnull=True):
        _end(former, actor=actor, at=at)
    if guardian.user_id is None:
        _give_account(guardian, actor=actor, at=at)
    session = ActingSession.objects.create(
        agent=locked, guardian=guardian, reason=written, started_at=at, expires_at=at + lasts
    )
    _journal("begun", session, actor=actor, at=at)
    record_event(
        "acting.session.begun",
        aggregate=f"acting_session:{session.public_id}",
        occurred_at=at,
        session_id=session.pk,
    )
    return session


@transaction.atomic(durable=True)
def widen(
    *, session: ActingSession, reason: str, actor: Actor, at: datetime.datetime
) -> ActingSession:
    """Let the agent change what `portal.acting` lists, until the session ends.

    :raises ActingOver: if it ended, or its time is up
    :raises ReasonTooShort: if the reason says nothing, or is too long
    """
    locked = _lock(session)
    if not is_running(locked, at=at):
        raise ActingOver(session=str(session.public_id))
    written = _reason(reason)
    if locked.widened_at is None:
        locked.widened_at, locked.widened_for = at, written
        locked.save(update_fields=("widened_at", "widened_for"))
        _journal("widened", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def end(*, session: ActingSession, actor: Actor, at: datetime.datetime) -> ActingSession:
    """End a session, by the agent or by the family; ending it again changes nothing."""
    locked = _lock(session)
    if locked.ended_at is None:
        _end(locked, actor=actor, at=at)
    return locked


def _lock(session: ActingSession) -> ActingSession:
    return ActingSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)


def _end(session: ActingSession, *, actor: Actor, at: datetime.datetime) -> None:
    session.ended_at = max(min(at, session.expires_at), session.started_at)
    session.save(update_fields=("ended_at",))
    _journal("ended", session, actor=actor, at=at)


def _is_family_of(agent: User, guardian: Guardian) -> bool:
    """Nobody acts for themselves, nor for who answers for the same children."""
    children = guardian.guardianships.filter(valid_until__isnull=True).values("pupil")
    own = Guardian.objects.filter(user=agent)
    return (
        own.filter(pk=guardian.pk).exists()
        or own.filter(
            guardianships__pupil__in=children, guardianships__valid_until__isnull=True
        ).exists()
    )


def _give_account(guardian: Guardian, *, actor: Actor, at: datetime.datetime) -> None:
    locked = Guardian.objects.select_for_update(of=("self",), no_key=True).get(pk=guardian.pk)
    if locked.user_id is None:
        locked.user = open_account(
            first_name=locked.first_name, last_name=locked.last_name, actor=actor, at=at
        )
        locked.save(update_fields=("user",))
    guardian.user = locked.user


def _reason(written: str) -> str:
    """A reason as it is kept: one line."""
    reason = " ".join(written.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ReasonTooShort(least=SHORTEST_REASON, most=LONGEST_REASON)
    return reason


def _journal(done: str, session: ActingSession, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"acting.session.{done}",
        subject_type="acting_session",
        subject_id=session.public_id,
        at=at,
        guardian=str(session.guardian.public_id),
    )
