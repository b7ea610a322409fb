"""What a page and a browser say to each other about passkeys: the site, and one challenge.

A challenge is drawn for a page, kept in the session that asked, and taken once, within five minutes.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from tenants.accounts import passkeys
from tenants.accounts.models import User

CHALLENGE_SECONDS = 5 * 60
_CHALLENGE = "passkey-challenge"


class PasskeyRequest:
    """The passkeys' side of a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._session = request.session
        host = request.get_host()
        self.site = passkeys.Site(host=host.partition(":")[0], origin=f"{request.scheme}://{host}")

    def challenge(self, user: User) -> bytes:
        """A new challenge for this person."""
        drawn = passkeys.new_challenge()
        self._session[_CHALLENGE] = {
            "value": drawn.hex(),
            "user": str(user.public_id),
            "until": timezone.now().timestamp() + CHALLENGE_SECONDS,
        }
        return drawn

    def take_challenge(self, user: User) -> bytes:
        """The challenge this session waits for, once; empty, which nothing answers, if none does."""
        kept = self._session.pop(_CHALLENGE, None)
        if kept is None or kept["until"] <= timezone.now().timestamp():
            return b""
        return bytes.fromhex(kept["value"]) if kept["user"] == str(user.public_id) else b""
