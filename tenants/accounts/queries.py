"""Reads of accounts, their factors, sessions and sign-ins."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Iterable

from django.db.models import Count, Q

from tenants.accounts.capabilities import CAPABILITIES, Capability
from tenants.accounts.models import Authenticator, Passkey, RecoveryCode, Session, SignIn, User
from tenants.accounts.sessions import digest_of

SHOWN_SESSIONS = 50
SHOWN_SIGN_INS = 100


def user_named(public_id: uuid.UUID) -> User | None:
    """The account of this identifier in the current département, if there is one."""
    return User.objects.filter(public_id=public_id).first()


def names_of_users(public_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of accounts of the current département, of those there are."""
    found = User.objects.filter(public_id__in=public_ids) if public_ids else ()
    return {user.public_id: user.get_full_name() for user in found}


def user_with_name(written: str) -> User | None:
    """The account of this address or identifier, if there is one."""
    try:
        return User.objects.get_by_natural_key(written)
    except User.DoesNotExist:
        return None


def staff_with(capability: Capability) -> list[User]:
    """The agents of the current département who may do something, and have an address; by name."""
    roles = [role for role, given in CAPABILITIES.items() if capability in given]
    found = User.objects.filter(is_active=True, staff_roles__role__in=roles).exclude(email=None)
    return list(found.exclude(email="").distinct().order_by("last_name", "first_name", "pk"))


@dataclasses.dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of a person, and how many recovery codes are left."""

    authenticator: Authenticator | None
    passkeys: tuple[Passkey, ...]
    recovery_codes: int

    def __bool__(self) -> bool:
        return self.authenticator is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    """What a person may prove who they are with, beside their password."""
    return Factors(
        authenticator=Authenticator.objects.filter(user=user).first(),
        passkeys=tuple(Passkey.objects.filter(user=user).order_by("created_at", "pk")),
        recovery_codes=RecoveryCode.objects.filter(user=user, used_at=None).count(),
    )


def users_with_factor(user_ids: Iterable[int]) -> set[int]:
    """Those of these accounts that have a second factor; one query for all."""
    found = User.objects.filter(pk__in=list(user_ids)).annotate(keys=Count("passkeys"))
    with_one = found.filter(Q(authenticator__isnull=False) | Q(keys__gt=0))
    return set(with_one.values_list("pk", flat=True))


def sessions_of(user: User, *, at: datetime.datetime) -> list[Session]:
    """The open sessions of a person, the latest used first."""
    found = Session.objects.filter(user=user, ends_at__gt=at).order_by("-seen_at", "-pk")
    return list(found[:SHOWN_SESSIONS])


def users_with_session() -> list[User]:
    """The accounts that are signed in somewhere."""
    return list(User.objects.filter(sessions__isnull=False).distinct().order_by("pk"))


def session_of_key(key: str | None) -> Session | None:
    """The session of this key."""
    return Session.objects.filter(key_digest=digest_of(key or "")).first()


def sign_ins_of(user: User) -> list[SignIn]:
    """The latest sign-ins of a person, those that failed too."""
    found = SignIn.objects.filter(user=user).order_by("-at", "-pk")
    return list(found[:SHOWN_SIGN_INS])


def sign_in_by_id(sign_in_id: int) -> SignIn | None:
    """A sign-in with its person."""
    return SignIn.objects.select_related("user").filter(pk=sign_in_id).first()


def user_by_id(user_id: int) -> User | None:
    """The account of this number in the current département, as events name it."""
    return User.objects.filter(pk=user_id).first()
