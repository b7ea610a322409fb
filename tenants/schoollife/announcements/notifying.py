"""Tell people: what each chose, what each is asked to be told, and letting it go when it is due.

Asking is set-based and holds no text; what is due becomes events of the outbox, with identifiers only, and
`ui` writes the message then, so that what was withdrawn or ended meanwhile is not told.
"""

from __future__ import annotations

import datetime
import hmac
import json
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import wake_relay_on_commit
from tenants.accounts.models import User
from tenants.schoollife.announcements import moments, queries, statements
from tenants.schoollife.announcements.moments import Chosen, Terms
from tenants.schoollife.announcements.notice_models import (
    Mode,
    Notice,
    NoticeKind,
    NotificationDefaults,
    Preference,
)
from tenants.schoollife.announcements.refusals import HoursRefused

if TYPE_CHECKING:
    from tenants.schoollife.announcements.models import Announcement

BATCH = 5_000
_UNSUBSCRIBE = "announcements.unsubscribe"
_LAST_HOUR = 23


@transaction.atomic(durable=True)
def choose(*, user: User, chosen: Chosen, actor: Actor, at: datetime.datetime) -> Preference:
    """
    Say when a person is told; what waits already keeps its moment.

    :raises HoursRefused: naming the hour that is none
    """
    _check_hours(quiet_from=chosen.quiet_from, quiet_until=chosen.quiet_until)
    values = _values(chosen)
    row, _is_new = Preference.objects.update_or_create(
        user=user, defaults={**values, "changed_at": at}
    )
    _write_down("chosen", user, actor=actor, at=at, mode=chosen.mode)
    return row


@transaction.atomic(durable=True)
def set_terms(*, terms: Terms, actor: Actor, at: datetime.datetime) -> NotificationDefaults:
    """
    Say what holds in this département for who chose nothing.

    :raises HoursRefused: naming the hour that is none
    """
    _check_hours(
        quiet_from=terms.chosen.quiet_from,
        quiet_until=terms.chosen.quiet_until,
        digest_hour=terms.digest_hour,
    )
    values = _values(terms.chosen)
    row, _is_new = NotificationDefaults.objects.update_or_create(
        is_only=True,
        defaults={
            **values,
            "digest_hour": terms.digest_hour,
            "urgent_per_week": terms.urgent_per_week,
        },
    )
    record_audit(
        actor=actor,
        action="announcements.defaults.set",
        subject_type="notification_defaults",
        subject_id=row.pk,
        at=at,
        digest_hour=row.digest_hour,
        urgent_per_week=row.urgent_per_week,
    )
    return row


def unsubscribe_token(user: User) -> str:
    """What the link that ends digests carries; it opens nothing else, and holds while the account does."""
    mac = sealing.fingerprint(user.public_id.hex, purpose=_UNSUBSCRIBE)
    return f"{user.public_id.hex}.{mac}"


def user_of_token(token: str) -> User | None:
    """Whose digests a link ends, if we made it."""
    written, _dot, mac = token.partition(".")
    try:
        public_id = uuid.UUID(hex=written)
    except ValueError:
        return None
    known = sealing.fingerprints(public_id.hex, purpose=_UNSUBSCRIBE)
    if not any(hmac.compare_digest(one.encode(), mac.encode()) for one in known):
        return None
    return User.objects.filter(public_id=public_id).first()


@transaction.atomic(durable=True)
def unsubscribe(*, user: User, at: datetime.datetime) -> None:
    """End what is not urgent, for who follows the link of a message; again changes nothing."""
    row = Preference.objects.select_for_update(of=("self",), no_key=True).filter(user=user).first()
    if row is not None and row.mode == Mode.NONE:
        return
    values = _values(queries.chosen_of(row) if row else queries.terms().chosen)
    Preference.objects.update_or_create(
        user=user, defaults={**values, "mode": Mode.NONE, "changed_at": at}
    )
    _write_down("unsubscribed", user, actor=Actor.user(user), at=at)


# --- asking -------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask(*, user: User, kind: NoticeKind, subject: uuid.UUID, at: datetime.datetime) -> bool:
    """Ask that one person be told of what is not urgent, as they chose; whether they will be.

    Asked again for the same subject, it changes nothing.
    """
    terms, chosen = queries.terms(), queries.preference_of(user)
    due = moments.due_at(chosen, digest_hour=terms.digest_hour, is_urgent=False, at=at)
    if due is None or not user.is_active:
        return False
    way = Notice.Way.DIGEST if chosen.mode == Mode.DIGEST else Notice.Way.AT_ONCE
    Notice.objects.get_or_create(
        user=user,
        kind=kind,
        subject=subject,
        turn=1,
        defaults={"way": way, "asked_at": at, "due_at": due},
    )
    return True


def told(
    kind: NoticeKind, subject: uuid.UUID, *, turn: int, is_urgent: bool, at: datetime.datetime
) -> dict[str, Any]:
    """The parameters that `sql/parts/tell.sql` asks for: a moment for each set of habits there is."""
    terms = queries.terms()

    def moment(chosen: Chosen) -> str | None:
        due = moments.due_at(chosen, digest_hour=terms.digest_hour, is_urgent=is_urgent, at=at)
        return due.isoformat() if due else None

    found = {"default": moment(terms.chosen)}
    for row in Preference.objects.order_by().values_list(*_HABITS).distinct():
        chosen = Chosen(*row)
        found[_key(chosen)] = moment(chosen)
    return {
        "kind": kind.value,
        "subject": subject,
        "turn": turn,
        "is_urgent": is_urgent,
        "at": at,
        "mode": terms.chosen.mode,
        "moments": json.dumps(found),
    }


def tell_again(
    announcement: Announcement,
    *,
    kind: NoticeKind,
    turn: int,
    is_for_everybody: bool,
    at: datetime.datetime,
) -> int:
    """Ask, in the caller's transaction, that recipients be told again; how many will be."""
    awaited = announcement.asked_version if announcement.asks_acknowledgement else 0
    (count,) = statements.counts(
        "tell_again",
        {
            **told(
                kind, announcement.public_id, turn=turn, is_urgent=announcement.is_urgent, at=at
            ),
            "announcement": announcement.pk,
            "is_for_everybody": is_for_everybody,
            "version": awaited,
            "day": timezone.localdate(at),
        },
    )
    return count


# --- letting go ---------------------------------------------------------------------------------


def release(*, at: datetime.datetime) -> int:
    """Let go of all that is due in the current département, batch by batch; messages asked for."""
    return _each_batch("release_notices", {"at": at}) + _each_batch(
        "gather_digests", {"at": at, "day": timezone.localdate(at)}
    )


def _each_batch(name: str, parameters: dict[str, Any]) -> int:
    total = 0
    while count := _release_batch(name, parameters):
        total += count
        if count < BATCH:
            break
    return total


@transaction.atomic(durable=True)
def _release_batch(name: str, parameters: dict[str, Any]) -> int:
    (count,) = statements.counts(name, {**parameters, "most": BATCH})
    if count:
        wake_relay_on_commit()
    return count


_HABITS = ("mode", "quiet_from", "quiet_until", "is_quiet_at_weekends")


def _values(chosen: Chosen) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in _HABITS}


def _key(chosen: Chosen) -> str:
    """As `tell.sql` writes somebody's habits."""
    weekends = "t" if chosen.is_quiet_at_weekends else "f"
    return f"{chosen.mode} {chosen.quiet_from} {chosen.quiet_until} {weekends}"


def _check_hours(**hours: int) -> None:
    for name, hour in hours.items():
        if not 0 <= hour <= _LAST_HOUR:
            raise HoursRefused(field=name)


def _write_down(what: str, user: User, *, actor: Actor, at: datetime.datetime, **more: str) -> None:
    record_audit(
        actor=actor,
        action=f"announcements.preference.{what}",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
        **more,
    )
