"""Who holds an application to become a partner: a session in which its code was typed lately.

An applicant has no account. The session names the application that was asked for, then, once the code
that went to its address was typed, the one that is open on this device, for two hours.
"""

from __future__ import annotations

import datetime
import uuid

from django.contrib.sessions.backends.base import SessionBase

from federation.passplus import applying, queries
from federation.passplus.models import PartnerApplication
from federation.passplus.partner_codes import CodeRefused

LASTS = datetime.timedelta(hours=2)
_OPENED, _ASKED = "partner_application", "partner_application_asked"


def begin(session: SessionBase, *, email: str, siret: str, at: datetime.datetime) -> None:
    """
    Have a code sent for an application, which this session may then open.

    :raises DomainError: as `applying.begin_application`
    """
    found = applying.begin_application(email=email, siret=siret, at=at)
    session[_ASKED] = str(found.public_id)


def has_asked(session: SessionBase) -> bool:
    """Whether a code was sent for this session, and not typed yet."""
    return bool(session.get(_ASKED))


def open_with(session: SessionBase, *, code: str, at: datetime.datetime) -> PartnerApplication:
    """
    Open with its code the application that was asked for. The session has another key from then on.

    :raises CodeRefused: if it is another, too old, or none was asked for
    :raises TooManyCodes: if it was tried five times
    """
    asked = session.get(_ASKED)
    if not asked:
        raise CodeRefused(tries=0)
    found = applying.open_application(public_id=uuid.UUID(asked), code=code, at=at)
    session.cycle_key()
    del session[_ASKED]
    session[_OPENED] = {"id": str(found.public_id), "at": at.isoformat()}
    return found


def opened(session: SessionBase, *, at: datetime.datetime) -> PartnerApplication | None:
    """The application of this session, if its code was typed lately."""
    held = session.get(_OPENED)
    if not held or at - datetime.datetime.fromisoformat(held["at"]) > LASTS:
        return None
    return queries.application_of(uuid.UUID(held["id"]))


def leave(session: SessionBase) -> None:
    """Close the application on this device."""
    session.pop(_OPENED, None)
    session.pop(_ASKED, None)
