"""The session engine: a session is a row of ours, bound to its person and to two limits.

A session ends when nobody uses it for a while (`idle`), and in any case some hours after it was
opened (`absolute`): sooner for staff. The cookie holds a key of 32 characters that Django draws; the
row holds its SHA-256, so that a copy of the table opens nothing. What the person is shown of their
sessions, and the limits, are columns that follow the session's data at each save. When the key
changes (at sign-in and when a factor is proved) the row stays the same one.

Reading a session is one statement, which reads its account too: a request asks who it is from once. That
it was used is written down once a minute at most.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import auth
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.utils import timezone

from commons import hot_reads

if TYPE_CHECKING:
    from tenants.accounts.models import User

SEEN_EVERY = datetime.timedelta(minutes=1)
FACTS = "session"  # the entry of the data that holds `Facts`
READ = Path(__file__).with_name("sql") / "session.sql"


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives without a visit, and in all."""

    idle: datetime.timedelta
    absolute: datetime.timedelta


STAFF = Limits(idle=datetime.timedelta(hours=1), absolute=datetime.timedelta(hours=10))
FAMILY = Limits(idle=datetime.timedelta(hours=3), absolute=datetime.timedelta(hours=12))


@dataclasses.dataclass(slots=True)
class Facts:
    """What is known of a signed-in session. Moments are in seconds since 1970."""

    way: str = ""
    device: str = ""
    place: str = ""
    opened_at: float = 0
    proved_at: float = 0  # the latest proof, of whatever kind
    factor_at: float = 0  # the latest proof of a second factor; 0: none
    is_staff: bool = False
    space: str = ""  # the one part of the house that it opens; all the ordinary ones when empty

    @property
    def limits(self) -> Limits:
        return STAFF if self.is_staff else FAMILY


def facts_of(session: SessionBase) -> Facts:
    """What is known of a session; nothing of one that nobody signed in to by `portal.signing_in`."""
    return Facts(**session.get(FACTS, {}))


def keep_facts(session: SessionBase, facts: Facts) -> None:
    """Write down what is known of a session."""
    session[FACTS] = dataclasses.asdict(facts)


def digest_of(key: str) -> str:
    """What the table holds of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _at(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)


class SessionStore(SessionBase):
    """Sessions in the tenant's table `accounts_session`."""

    _user: User | None = None

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        row = self._find(now)
        if row is None:
            self._session_key = None
            return {}
        written, opened_at, seen_at, *account = row
        data: dict[str, Any] = self.decode(written)
        if account[0] is None:
            return data
        self._user = _made_of(account)
        if now - seen_at >= SEEN_EVERY:
            self._rows(self.session_key).update(seen_at=now, ends_at=_end(opened_at, data, now))
        return data

    def take_user(self) -> User | None:
        """The account that was read with the session, given once: who asks again wants it as it is then."""
        self._get_session()  # type: ignore[attr-defined]
        user, self._user = self._user, None
        return user

    def exists(self, session_key: str) -> bool:
        return bool(self._rows(session_key).exists())

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        if self.session_key is None:
            return self.create()
        now = timezone.now()
        columns = self._columns(self._get_session(no_load=must_create), now)  # type: ignore[attr-defined]
        if not must_create:
            if not self._rows(self.session_key).update(**columns):
                raise UpdateError  # it was ended meanwhile: it must not come back
            return None
        from tenants.accounts.models import Session  # noqa: PLC0415  once the apps are ready

        try:
            with transaction.atomic():
                Session.objects.create(key_digest=digest_of(self.session_key), **columns)
        except IntegrityError as error:
            raise CreateError from error
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self._rows(key).delete()

    def cycle_key(self) -> None:
        """Give the same session another key: the one a visitor came with opens nothing any more.

        :raises SessionInterrupted: if it was ended meanwhile
        """
        data = self._get_session()  # type: ignore[attr-defined]
        former = self.session_key
        if former is None:
            self.create()
            self._session_cache = data
            return
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        if not self._rows(former).update(key_digest=digest_of(self._session_key)):
            raise SessionInterrupted("The session was ended before its key was changed.")
        self.modified = True

    @classmethod
    def clear_expired(cls) -> None:
        from tenants.accounts.models import Session  # noqa: PLC0415

        Session.objects.filter(ends_at__lte=timezone.now()).delete()

    def _find(self, now: datetime.datetime) -> tuple[Any, ...] | None:
        if not self.session_key:
            return None
        return hot_reads.read_row(READ, digest=digest_of(self.session_key), now=now)

    @staticmethod
    def _rows(key: str | None) -> Any:
        from tenants.accounts.models import Session  # noqa: PLC0415

        return Session.objects.filter(key_digest=digest_of(key or ""))

    def _columns(self, data: dict[str, Any], now: datetime.datetime) -> dict[str, Any]:
        facts = Facts(**data.get(FACTS, {}))
        opened_at = _at(facts.opened_at) if facts.opened_at else now
        return {
            "data": self.encode(data),
            "user_id": int(data[auth.SESSION_KEY]) if auth.SESSION_KEY in data else None,
            "way": facts.way,
            "device": facts.device,
            "place": facts.place,
            "opened_at": opened_at,
            "seen_at": now,
            "ends_at": _end(opened_at, data, now),
        }


def _made_of(account: list[Any]) -> User:
    from tenants.accounts.models import User  # noqa: PLC0415  once the apps are ready

    names = [field.attname for field in User._meta.concrete_fields]  # noqa: SLF001  Django's own
    return User.from_db(DEFAULT_DB_ALIAS, names, account)


def _end(
    opened_at: datetime.datetime, data: dict[str, Any], now: datetime.datetime
) -> datetime.datetime:
    """When a session that is used now ends if it is used no more."""
    limits = Facts(**data.get(FACTS, {})).limits
    return min(opened_at + limits.absolute, now + limits.idle)
