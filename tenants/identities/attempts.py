"""A sign-in under way: what is remembered between our page and the provider's answer.

It lasts ten minutes, belongs to the session that began it, and serves once: the row is marked in one
statement, so of two answers at once one is refused.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
import json
import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from commons import sealing
from tenants.identities import claims as claims_of
from tenants.identities.claims import Claims
from tenants.identities.models import ConsumedAssertion, IdentityProvider, SignInAttempt
from tenants.identities.refusals import SignInBroken

if TYPE_CHECKING:
    from tenants.accounts.models import User

LIFETIME = datetime.timedelta(minutes=10)
_PURPOSE = "identities.attempt"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a sign-in was begun with: each of 256 bits, none of them stored as it is."""

    ask: str  # `state`, or the SAML request's identifier
    nonce: str
    verifier: str  # of PKCE (RFC 7636): 43 characters

    @property
    def challenge(self) -> str:
        """What is said of the verifier beforehand (RFC 7636, §4.2)."""
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """A sign-in that came back to the browser that began it.

    :param user_id: the row of who links their own account by it; None for a sign-in
    """

    provider: IdentityProvider
    destination: str
    nonce: str
    verifier: str
    claims: Claims | None
    started_at: datetime.datetime
    user_id: int | None = None


def digest(secret: str) -> str:
    """What a row keeps of a random value."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic(durable=True)
def begin(
    *,
    provider: IdentityProvider,
    browser: str,
    destination: str,
    at: datetime.datetime,
    user: User | None = None,
) -> Begun:
    """
    Remember that a browser goes to a provider.

    :param browser: a random value that the session alone holds
    :param user: who is signed in there, and links their own account
    """
    begun = Begun(
        ask="_" + secrets.token_hex(32),  # an xs:ID begins with no digit
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(32),
    )
    kept = json.dumps({"nonce": begun.nonce, "verifier": begun.verifier})
    SignInAttempt.objects.create(
        provider=provider,
        user_id=user.pk if user else None,
        ask_digest=digest(begun.ask),
        browser_digest=digest(browser),
        sealed_secrets=sealing.seal(kept, purpose=_PURPOSE),
        destination=destination[:500] if len(destination) <= 500 else "",
        started_at=at,
        expires_at=at + LIFETIME,
    )
    return begun


@transaction.atomic(durable=True)
def take(*, ask: str, browser: str, kind: str, at: datetime.datetime) -> Taken:
    """
    Take up a sign-in by what the provider sent back, once.

    :raises SignInBroken: if no such sign-in was begun by this browser, or it served, or it is too old
    """
    return _take({"ask_digest": digest(ask), "answered_at": None}, browser, kind, at)


@transaction.atomic(durable=True)
def collect(*, handle: str, browser: str, kind: str, at: datetime.datetime) -> Taken:
    """
    Take up a sign-in whose answer was verified without the session, once.

    :raises SignInBroken: as `take`
    """
    return _take({"handle_digest": digest(handle), "answered_at__lte": at}, browser, kind, at)


def _take(found_by: dict[str, object], browser: str, kind: str, at: datetime.datetime) -> Taken:
    attempts = SignInAttempt.objects.filter(
        browser_digest=digest(browser),
        provider__kind=kind,
        provider__closed_at__isnull=True,
        expires_at__gt=at,
        used_at__isnull=True,
        **found_by,
    )
    attempt = attempts.select_related("provider").first()
    if attempt is None or not browser:
        raise SignInBroken(problem="no such sign-in")
    held = bytes(attempt.sealed_claims) if attempt.sealed_claims else b""
    kept = json.loads(sealing.unseal(bytes(attempt.sealed_secrets or b""), purpose=_PURPOSE))
    used = SignInAttempt.objects.filter(pk=attempt.pk, used_at__isnull=True).update(
        used_at=at, sealed_secrets=None, sealed_claims=None
    )
    if not used:
        raise SignInBroken(problem="used at the same time")
    return Taken(
        provider=attempt.provider,
        destination=attempt.destination,
        nonce=kept["nonce"],
        verifier=kept["verifier"],
        claims=claims_of.unsealed(held) if held else None,
        started_at=attempt.started_at,
        user_id=attempt.user_id,
    )


def asked(ask: str, *, at: datetime.datetime) -> SignInAttempt:
    """
    The sign-in that an answer without a session says it is about.

    :raises SignInBroken: if there is none, it is too old, or it was answered
    """
    attempt = (
        SignInAttempt.objects.filter(
            ask_digest=digest(ask),
            provider__closed_at__isnull=True,
            expires_at__gt=at,
            answered_at__isnull=True,
            used_at__isnull=True,
        )
        .select_related("provider")
        .first()
    )
    if attempt is None:
        raise SignInBroken(problem="no such request")
    return attempt


@transaction.atomic(durable=True)
def keep_answer(
    *,
    attempt: SignInAttempt,
    claims: Claims,
    assertion_id: str,
    assertion_expires_at: datetime.datetime,
    at: datetime.datetime,
) -> str:
    """
    Keep a verified answer for the session that asked; answers the handle to come for it with.

    :raises SignInBroken: if the assertion was taken before, or the sign-in was answered
    """
    try:
        with transaction.atomic():
            ConsumedAssertion.objects.create(
                digest=digest(f"{claims.kind}|{assertion_id}"), expires_at=assertion_expires_at
            )
    except IntegrityError as error:
        raise SignInBroken(problem="assertion taken before") from error
    handle = secrets.token_urlsafe(32)
    kept = SignInAttempt.objects.filter(pk=attempt.pk, answered_at__isnull=True).update(
        answered_at=at, handle_digest=digest(handle), sealed_claims=claims_of.sealed(claims)
    )
    if not kept:
        raise SignInBroken(problem="answered at the same time")
    return handle


@transaction.atomic(durable=True)
def forget(*, at: datetime.datetime) -> int:
    """Delete sign-ins and assertions that expired; how many."""
    attempts, _each = SignInAttempt.objects.filter(expires_at__lte=at).delete()
    assertions, _each = ConsumedAssertion.objects.filter(expires_at__lte=at).delete()
    return attempts + assertions
