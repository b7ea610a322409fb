"""Second factors: the acts. Codes of an application, codes on paper, and their reset by another.

What a person proves is used once: the step of a code and a recovery code are taken by one
conditional statement, whose row count says who won, so that the same code sent twice at the same
moment opens one session. Nothing here counts failures: `ui.attempts` does, before it asks.
Passkeys are in `tenants.accounts.passkeys`.
"""

from __future__ import annotations

import datetime
import enum
import hashlib
import re
import secrets

from django.db import transaction
from django.db.models import Q

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.tenancy import current_tenant
from tenants.accounts import totp
from tenants.accounts.models import Authenticator, Passkey, RecoveryCode, User
from tenants.accounts.sessions import Facts

PURPOSE = "accounts.authenticator"
RECENT = datetime.timedelta(minutes=15)  # after which what matters asks again
RECOVERY_CODES = 10
# No I, L, O, U nor 0, 1: what is read on paper is typed back. 24 of 30 signs make
# 117 bits: enough for a plain hash (ASVS 5.0, 6.5.2), so that a code is found by one statement.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = (6, 6, 6, 6)


class FactorRefused(DomainError):
    """The code is wrong, too old, or already served: which of these is not said."""

    code = "ACCOUNT_FACTOR_REFUSED"


class FactorNeeded(DomainError):
    """A role of this account needs a second factor: the only one is not taken away."""

    code = "ACCOUNT_FACTOR_NEEDED"


class FactorResetByOneself(DomainError):
    """Another administrator resets one's factors."""

    code = "ACCOUNT_FACTOR_RESET_BY_ONESELF"


class ResetReason(enum.StrEnum):
    """Why somebody's factors are reset. Values are stored in the journal."""

    LOST = "LOST"
    REPLACED = "REPLACED"
    SUSPECTED = "SUSPECTED"


def has_factor(user: User) -> bool:
    """Whether a second factor is set up: an application or a passkey."""
    has_one = Q(authenticator__isnull=False) | Q(passkeys__isnull=False)
    return User.objects.filter(has_one, pk=user.pk).exists()


def is_proved_lately(user: User, facts: Facts, *, at: datetime.datetime) -> bool:
    """Whether a session proved lately who it is: by the factor, where there is one."""
    latest = facts.factor_at if has_factor(user) else facts.proved_at
    return at.timestamp() - latest <= RECENT.total_seconds()


@transaction.atomic(durable=True)
def set_authenticator(
    *, user: User, secret: str, written: str, actor: Actor, at: datetime.datetime
) -> list[str]:
    """Keep an application that gave a right code; it replaces the former one.

    The code that proves it is used by this. Gives the recovery codes when there were none left, to
    be shown once; else an empty list.

    :raises FactorRefused: if the code is not one of the secret's now
    """
    step = totp.step_of(secret, written, at=at)
    if step is None:
        raise FactorRefused
    lock_user(user)
    Authenticator.objects.update_or_create(
        user=user,
        defaults={
            "sealed_secret": sealing.seal(secret, purpose=PURPOSE),
            "latest_step": step,
            "created_at": at,
        },
    )
    tell(user, "accounts.authenticator.added", actor=actor, at=at)
    return first_recovery_codes(user, actor=actor, at=at)


@transaction.atomic(durable=True)
def prove_by_code(*, user: User, written: str, at: datetime.datetime) -> None:
    """Take a code of the person's application, once.

    :raises FactorRefused: if it is wrong, too old, or already served; or there is no application
    """
    found = Authenticator.objects.filter(user=user).first()
    if found is None:
        raise FactorRefused
    secret = sealing.unseal(bytes(found.sealed_secret), purpose=PURPOSE)
    step = totp.step_of(secret, written, at=at, after=found.latest_step)
    if step is None or not _take_step(found, step):
        raise FactorRefused


def _take_step(authenticator: Authenticator, step: int) -> bool:
    """Whether this step was still to be used; it no longer is."""
    unused = Authenticator.objects.filter(pk=authenticator.pk, latest_step__lt=step)
    return bool(unused.update(latest_step=step))


@transaction.atomic(durable=True)
def prove_by_recovery(*, user: User, written: str, actor: Actor, at: datetime.datetime) -> None:
    """Take a recovery code, once, and tell the person by e-mail.

    :raises FactorRefused: if it is none of theirs, or has served
    """
    digest = _digest(user, written)
    if not RecoveryCode.objects.filter(user=user, digest=digest, used_at=None).update(used_at=at):
        raise FactorRefused
    tell(user, "accounts.recovery_code.used", actor=actor, at=at)


@transaction.atomic(durable=True)
def report_guesses(*, user: User, at: datetime.datetime) -> None:
    """Tell a person that wrong codes follow their password: somebody else may have it."""
    tell_security_changed(user, "accounts.factor.guessed", at=at)


@transaction.atomic(durable=True)
def renew_recovery_codes(*, user: User, actor: Actor, at: datetime.datetime) -> list[str]:
    """Ten new codes, to be shown once; the former ones are worth nothing any more."""
    lock_user(user)
    RecoveryCode.objects.filter(user=user).delete()
    return _give_recovery_codes(user, actor=actor, at=at)


@transaction.atomic(durable=True)
def remove_authenticator(*, user: User, actor: Actor, at: datetime.datetime) -> None:
    """Take the application away; nothing happens if there is none.

    :raises FactorNeeded: if a role needs a factor and there is no other
    """
    lock_user(user)
    if user.must_have_factor() and not Passkey.objects.filter(user=user).exists():
        raise FactorNeeded
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if removed:
        forget_recovery_codes_without_factor(user)
        tell(user, "accounts.authenticator.removed", actor=actor, at=at)


@transaction.atomic(durable=True)
def reset_factors(*, user: User, reason: ResetReason, actor: Actor, at: datetime.datetime) -> None:
    """Take every factor of a person who lost theirs away, and end their sessions.

    They set one up at their next sign-in if a role needs it, and are told by e-mail.

    :raises FactorResetByOneself: if the actor is that person
    """
    reset_factors_of(user, reason=reason, actor=actor, at=at)


def reset_factors_of(
    user: User, *, reason: ResetReason, actor: Actor, at: datetime.datetime
) -> None:
    """The same, inside the transaction of another act.

    :raises FactorResetByOneself: if the actor is that person
    """
    if actor == Actor.user(user):
        raise FactorResetByOneself
    lock_user(user)
    Authenticator.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.sessions.all().delete()
    tell(user, "accounts.factors.reset", actor=actor, at=at, reason=reason.value)


def lock_user(user: User) -> User:
    """Have the factors of one person change one after the other; inside a transaction."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def first_recovery_codes(user: User, *, actor: Actor, at: datetime.datetime) -> list[str]:
    """Ten codes if none is left; else an empty list. Inside the transaction of an act."""
    if RecoveryCode.objects.filter(user=user, used_at=None).exists():
        return []
    RecoveryCode.objects.filter(user=user).delete()
    return _give_recovery_codes(user, actor=actor, at=at)


def forget_recovery_codes_without_factor(user: User) -> None:
    """Codes stand in for a factor: without one they open nothing. Inside the transaction of an act."""
    if not has_factor(user):
        RecoveryCode.objects.filter(user=user).delete()


def _give_recovery_codes(user: User, *, actor: Actor, at: datetime.datetime) -> list[str]:
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    record_audit(
        actor=actor,
        action="accounts.recovery_codes.given",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
    )
    return codes


def _new_recovery_code() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(size)) for size in _GROUPS)


def _digest(user: User, written: str) -> str:
    """The hash of a code, bound to its person; case, spaces and dashes do not count."""
    bare = re.sub(r"[^0-9A-Z]", "", written.upper())
    return hashlib.sha256(f"{user.public_id}|{bare}".encode()).hexdigest()


def tell(user: User, act: str, *, actor: Actor, at: datetime.datetime, **details: str) -> None:
    """Write an act on somebody's factors down, and have them told by e-mail."""
    record_audit(
        actor=actor,
        action=act,
        subject_type="user",
        subject_id=user.public_id,
        at=at,
        **details,
    )
    tell_security_changed(user, act, at=at)


def tell_security_changed(user: User, act: str, *, at: datetime.datetime) -> None:
    """Ask that the person be told of a change of their account's security.

    On the public host no relay reads and nobody is written to: the page itself says it.
    """
    if current_tenant() is None:
        return
    record_event(
        "accounts.security.changed",
        occurred_at=at,
        aggregate=f"user:{user.pk}",
        user_id=user.pk,
        act=act,
    )
