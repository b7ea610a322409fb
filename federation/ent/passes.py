"""What a service is handed so that it may ask who came: codes, tokens and tickets, each used once.

All of them are drawn at random, given once, and kept by their digest alone. One is claimed by a single
statement that says who was first: used again, it is refused, and what it had given is taken back.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from commons.outbox import record_event
from federation.ent.models import (
    AccessToken,
    AuthorizationCode,
    CasTicket,
    Registration,
    SamlAnswer,
    ServiceOpening,
)
from tenants.accounts.models import Session

if TYPE_CHECKING:
    from tenants.accounts.models import User

CODE_LIFE = datetime.timedelta(seconds=60)
TOKEN_LIFE = datetime.timedelta(minutes=5)
TICKET_LIFE = datetime.timedelta(seconds=30)
KEPT = datetime.timedelta(days=1)  # longer than a session of the portal
Protocol = Registration.Protocol


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked a code with: the code is good for nothing else."""

    redirect_uri: str
    nonce: str
    challenge: str
    authenticated_at: datetime.datetime


def _digest(drawn: str) -> str:
    return hashlib.sha256(drawn.encode()).hexdigest()


def open_for(
    *,
    registration: Registration,
    user: User,
    browser: str,
    issuer: str,
    at: datetime.datetime,
) -> ServiceOpening:
    """Note that a browser's session opens a service; once, however often it comes back."""
    known = ServiceOpening.objects.filter(
        registration=registration,
        user_id=user.pk,
        browser=browser,
        ended_at__isnull=True,
        ticket="",
    )
    # A ticket of CAS names a session of its own.
    if registration.protocol != Protocol.CAS and (found := known.first()):
        return found
    return ServiceOpening.objects.create(
        registration=registration, user_id=user.pk, browser=browser, issuer=issuer, opened_at=at
    )


@transaction.atomic(durable=True)
def end_openings(*, browser: str, at: datetime.datetime) -> int:
    """Sign a browser's session out of the services it opened; how many are told."""
    return _end_all(ServiceOpening.objects.filter(browser=browser), at=at)


def end_openings_of(
    user: User, *, registrations: QuerySet[Registration], at: datetime.datetime
) -> int:
    """Sign a person out of some services, in every browser, in the transaction of the act that says so."""
    opened = ServiceOpening.objects.filter(user_id=user.pk, registration__in=registrations)
    return _end_all(opened, at=at)


def end_openings_at(registration: Registration, *, at: datetime.datetime) -> int:
    """Sign everybody out of a client, in the transaction of the act that says so."""
    return _end_all(ServiceOpening.objects.filter(registration=registration), at=at)


def _end_all(opened: QuerySet[ServiceOpening], *, at: datetime.datetime) -> int:
    openings = list(
        opened.filter(ended_at__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .select_related("registration")
        .order_by("pk")
    )
    for opening in openings:
        opening.ended_at = at
        opening.save(update_fields=["ended_at"])
        AccessToken.objects.filter(code__opening=opening, revoked_at__isnull=True).update(
            revoked_at=at
        )
        # A ticket that was never used began no session there; a partner of SAML is told by the browser.
        protocol = opening.registration.protocol
        is_told = protocol == Protocol.OIDC or (protocol == Protocol.CAS and opening.ticket)
        if opening.registration.logout_url and is_told:
            record_event(
                "ent.opening.ended",
                aggregate=f"service-opening:{opening.pk}",
                occurred_at=at,
                opening_id=opening.pk,
            )
    return len(openings)


def is_running(opening: ServiceOpening, *, at: datetime.datetime) -> bool:
    """Whether an opening has not ended, nor the session that it was made from, however that ended."""
    if opening.ended_at is not None:
        return False
    return str(opening.browser) in _alive([opening.browser], at=at)


def _alive(browsers: Iterable[str], *, at: datetime.datetime) -> set[str]:
    """Those of some sessions that are still open."""
    found = Session.objects.filter(public_id__in=[one for one in browsers if one], ends_at__gt=at)
    return {str(public_id) for public_id in found.values_list("public_id", flat=True)}


def end_left_openings(*, at: datetime.datetime) -> int:
    """
    Sign out of their services the sessions that ended otherwise; how many services are told.

    A session ends by itself, or from another device, or by an administrator: nobody then asks for it.
    """
    running = ServiceOpening.objects.filter(ended_at__isnull=True)
    browsers = set(running.values_list("browser", flat=True))
    left = browsers - _alive(browsers, at=at)
    return sum(end_openings(browser=browser, at=at) for browser in sorted(left))


def issue_code(code: str, *, opening: ServiceOpening, asked: Asked, at: datetime.datetime) -> None:
    """Keep a code that was drawn, for a minute."""
    AuthorizationCode.objects.create(
        digest=_digest(code),
        opening=opening,
        expires_at=at + CODE_LIFE,
        **dataclasses.asdict(asked),
    )


def claim_code(
    code: str, *, registration_id: int, at: datetime.datetime
) -> AuthorizationCode | None:
    """
    Use a code, once; None if it is not this client's, too old, or used before.

    A code that comes twice was stolen by one of the two: what it gave is revoked (RFC 6749, 4.1.2).
    """
    codes = AuthorizationCode.objects.filter(
        digest=_digest(code), opening__registration_id=registration_id
    )
    claimed = AuthorizationCode.objects.filter(
        pk__in=codes.values("pk"), used_at__isnull=True, expires_at__gt=at
    ).update(used_at=at)
    if not claimed:
        AccessToken.objects.filter(
            code__in=codes.filter(used_at__isnull=False), revoked_at__isnull=True
        ).update(revoked_at=at)
        return None
    return codes.select_related("opening__registration__enabled", "opening__user").get()


def issue_token(token: str, *, code: AuthorizationCode, at: datetime.datetime) -> None:
    """Keep an access token that was drawn, for some minutes."""
    AccessToken.objects.create(digest=_digest(token), code=code, expires_at=at + TOKEN_LIFE)


def token_of(token: str) -> AccessToken | None:
    """An access token, good or not."""
    return (
        AccessToken.objects.filter(digest=_digest(token))
        .select_related("code__opening__registration__enabled", "code__opening__user")
        .first()
    )


def issue_ticket(
    *, opening: ServiceOpening, service: str, is_fresh: bool, at: datetime.datetime
) -> str:
    """A ticket of CAS for one address of a service, for some seconds."""
    ticket = f"ST-{secrets.token_urlsafe(32)}"
    CasTicket.objects.create(
        digest=_digest(ticket),
        opening=opening,
        service=service,
        is_fresh=is_fresh,
        expires_at=at + TICKET_LIFE,
    )
    return ticket


def claim_ticket(ticket: str, *, at: datetime.datetime) -> CasTicket | None:
    """Use a ticket, once, for whatever service it is: one that is shown elsewhere is spent too."""
    tickets = CasTicket.objects.filter(digest=_digest(ticket))
    claimed = tickets.filter(used_at__isnull=True, expires_at__gt=at).update(used_at=at)
    if not claimed:
        return None
    found = tickets.select_related("opening__registration__enabled", "opening__user").get()
    # What names the session when the service is told that it ended.
    ServiceOpening.objects.filter(pk=found.opening_id).update(ticket=ticket)
    return found


@transaction.atomic(durable=True)
def purge_passes(*, at: datetime.datetime) -> int:
    """Delete what was handed more than a day ago, and with it who opened which service."""
    old = ServiceOpening.objects.filter(opened_at__lte=at - KEPT)
    codes = AuthorizationCode.objects.filter(opening__in=old)
    AccessToken.objects.filter(code__in=codes).delete()
    codes.delete()
    CasTicket.objects.filter(opening__in=old).delete()
    SamlAnswer.objects.filter(opening__in=old).delete()
    count, _each = old.delete()
    return count
