"""What leads from the first step of a first connection to the second: a ticket in the form itself.

The ticket says whose code it is; the session holds a nonce and no person. So each page acts for the
person it shows, a second code in the same browser ends the first one's ticket, and what one person
left open on a shared computer is never offered to the next.

Codes that were refused are counted by place and by code, whatever they were typed for.
"""

from __future__ import annotations

import dataclasses
import hmac
import secrets
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from commons.errors import DomainError
from commons.tenancy import current_schema
from portal.account_forms import CodeForm
from portal.doors import refuse
from tenants.activation import codes
from ui import errors, visitors
from ui.throttle import Throttle

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

UsedT = TypeVar("UsedT")

TICKET_SECONDS = 15 * 60
PER_PLACE = Throttle("activation-place", most=30)
PER_CODE = Throttle("activation-code", most=8)
_KEY = "activation"


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """Whose first step was passed, and the identifier that was proposed."""

    code_id: uuid.UUID
    login: str


def give(session: SessionBase, ticket: Ticket) -> str:
    """The ticket as the form carries it; an earlier one of this browser works no more."""
    nonce = secrets.token_urlsafe(16)
    session[_KEY] = nonce
    return signing.dumps([str(ticket.code_id), ticket.login, nonce], salt=_salt())


def read(session: SessionBase, written: str) -> Ticket | None:
    """The ticket a form carries, if this browser was given it less than a quarter of an hour ago."""
    try:
        code_id, login, nonce = signing.loads(written, salt=_salt(), max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return None
    if not hmac.compare_digest(str(session.get(_KEY, "")).encode(), str(nonce).encode()):
        return None
    return Ticket(code_id=uuid.UUID(code_id), login=login)


def forget(session: SessionBase) -> None:
    """End the ticket of this browser."""
    session.pop(_KEY, None)


def try_code(
    request: HttpRequest,
    form: CodeForm,
    use: Callable[..., UsedT],
    *,
    refused: tuple[type[DomainError], ...],
    uncounted: tuple[type[DomainError], ...] = (),
) -> tuple[UsedT | None, int]:
    """
    What `use` makes of the code that a form holds, or the status of the refusal that it now shows.

    :param refused: what `use` may answer; anything else is a fault
    :param uncounted: those of them that are not about the code itself
    """
    typed, place = form.cleaned_data["code"], visitors.place_of(request)
    name = codes.read(typed) or typed
    if PER_PLACE.is_over(place) or PER_CODE.is_over(name):
        form.add_error(None, errors.text("ACTIVATION_TOO_MANY", phone=errors.tenant_phone()))
        return None, 429
    try:
        used = use(typed=typed, birth_date=form.cleaned_data["birth_date"], at=timezone.now())
    except refused as error:
        if not isinstance(error, uncounted):
            PER_PLACE.count(place)
            PER_CODE.count(name)
        refuse(form, error)
        return None, 422
    return used, 200


def _salt() -> str:
    return f"portal.activation:{current_schema()}"
