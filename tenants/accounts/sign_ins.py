"""Sign-ins and sessions: what is written down of them, and their end.

Who fails with a name that nobody has leaves a line without a person, at the same cost: the time an
answer takes says nothing of who has an account. Lines are kept for twelve months, those without a
person for a week.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Count, Q

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import NotFound
from commons.outbox import record_event
from tenants.accounts.devices import Device
from tenants.accounts.models import Session, SignIn, User

KEPT = datetime.timedelta(days=365)
KEPT_WITHOUT_PERSON = datetime.timedelta(days=7)
Outcome = SignIn.Outcome


@transaction.atomic(durable=True)
def record_sign_in(*, user: User, way: str, device: Device, at: datetime.datetime) -> SignIn:
    """Write a sign-in down; staff are told by e-mail of one from a device they never used.

    A person's first sign-in is not from an unknown device: they know of none.
    """
    earlier = SignIn.objects.filter(user=user, outcome=Outcome.SUCCEEDED)
    seen = earlier.aggregate(
        ever=Count("pk"), here=Count("pk", filter=Q(device_digest=device.digest))
    )
    is_known = bool(device.digest and seen["here"])
    done = SignIn.objects.create(
        user=user,
        at=at,
        way=way,
        outcome=Outcome.SUCCEEDED,
        device=device.words,
        place=device.network,
        device_digest=device.digest,
        is_new_device=bool(seen["ever"]) and not is_known,
    )
    if done.is_new_device and user.given_roles():
        record_event(
            "accounts.sign_in.noticed",
            occurred_at=at,
            aggregate=f"user:{user.pk}",
            sign_in_id=done.pk,
        )
    return done


@transaction.atomic(durable=True)
def record_failure(
    *, user: User | None, way: str, outcome: Outcome, device: Device, at: datetime.datetime
) -> None:
    """Write a failure down, of a person or of a name that nobody has."""
    SignIn.objects.create(
        user=user,
        at=at,
        way=way,
        outcome=outcome,
        device=device.words,
        place=device.network,
        device_digest=device.digest,
    )


@transaction.atomic(durable=True)
def end_session(*, user: User, public_id: uuid.UUID, actor: Actor, at: datetime.datetime) -> None:
    """End one of a person's sessions: its next request is nobody's.

    :raises NotFound: if they have no such session
    """
    ended, _rows = Session.objects.filter(user=user, public_id=public_id).delete()
    if not ended:
        raise NotFound(session=str(public_id))
    _write(user, "accounts.session.ended", actor=actor, at=at, sessions=1)


@transaction.atomic(durable=True)
def end_sessions(
    *,
    user: User,
    but: uuid.UUID | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> int:
    """End every session of a person, but one if it is named; how many were ended."""
    found = Session.objects.filter(user=user)
    if but is not None:
        found = found.exclude(public_id=but)
    ended, _rows = found.delete()
    if ended:
        _write(user, "accounts.session.ended", actor=actor, at=at, sessions=ended)
    return ended


def _write(user: User, action: str, *, actor: Actor, at: datetime.datetime, **details: int) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type="user",
        subject_id=user.public_id,
        at=at,
        **details,
    )


@transaction.atomic(durable=True)
def purge(*, at: datetime.datetime) -> int:
    """Delete what is kept no longer: old sign-ins and ended sessions; how many rows."""
    old = Q(at__lt=at - KEPT) | Q(user=None, at__lt=at - KEPT_WITHOUT_PERSON)
    sign_ins, _rows = SignIn.objects.filter(old).delete()
    sessions, _rows = Session.objects.filter(ends_at__lte=at).delete()
    return sign_ins + sessions
