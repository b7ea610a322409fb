"""What the session remembers of a sign-in by another's word, and the addresses that the others know.

A new sign-in starts from an emptied session: on one computer, what a brother or sister left is gone
before the next asks. The session holds a random value that the sign-in is bound to, the request of
somebody whom we could not tell yet, and what the provider wants to be told when the person leaves.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse

from tenants.identities import departements, educonnect, franceconnect, queries
from tenants.identities.models import IdentityProvider, LinkRequest, ProviderKind
from tenants.identities.refusals import ProviderSilent
from ui.mail import portal_address

_BROWSER, _LINK, _LEAVING = "identity_browser", "identity_link", "identity_leaving"
_LEAVE_URL = "identity_leave_url"


@dataclasses.dataclass(frozen=True, slots=True)
class Leaving:
    """How a provider is told that the person leaves: an ID token, or an address it gave."""

    kind: str
    hint: str
    departement_code: str = ""


def forget_everybody(request: HttpRequest) -> str:
    """Empty the session, whoever was in it; the value that the next sign-in is bound to."""
    request.session.flush()
    return bind_browser(request)


def bind_browser(request: HttpRequest) -> str:
    """The value that the next sign-in is bound to; who is signed in stays so until it comes back."""
    browser = secrets.token_urlsafe(32)
    request.session[_BROWSER] = browser
    return browser


def browser_of(request: HttpRequest) -> str:
    """The value this session's sign-in is bound to, taken out; empty if none was begun."""
    return str(request.session.pop(_BROWSER, ""))


def remember_link(request: HttpRequest, link: LinkRequest, leaving: Leaving) -> None:
    """The session's own request, and none other's."""
    request.session[_LINK] = str(link.public_id)
    remember_leaving(request, leaving)


def link_of(request: HttpRequest) -> LinkRequest | None:
    """The request of this session, if its sign-in left one."""
    held = request.session.get(_LINK)
    return queries.request_named(held) if held else None


def forget_link(request: HttpRequest) -> None:
    """It is settled."""
    request.session.pop(_LINK, None)


def remember_leaving(request: HttpRequest, leaving: Leaving) -> None:
    """What the provider is told at the end of this session."""
    request.session[_LEAVING] = dataclasses.asdict(leaving)


def leaving_of(request: HttpRequest) -> Leaving | None:
    """How this session is ended at its provider, if one opened it."""
    held = request.session.get(_LEAVING)
    return Leaving(**held) if held else None


def leave_url(leaving: Leaving) -> str:
    """
    The provider's page that ends its own session; empty if there is none.

    EduConnect gives an address with each sign-in (FrEduUrlRetour); it must be a page it may lead to.
    """
    provider = queries.open_provider(leaving.kind, leaving.departement_code)
    if provider is None or not leaving.hint:
        return ""
    if leaving.kind == ProviderKind.DEPARTEMENT:
        return _leave_departement(provider, leaving.hint)
    if leaving.kind == ProviderKind.FRANCECONNECT:
        return franceconnect.leave_url(
            provider,
            id_token=leaving.hint,
            state=secrets.token_urlsafe(24),
            back=portal_address(reverse("portal:signed-out")),
        )
    return leaving.hint if franceconnect.is_address(leaving.hint) else ""


def _leave_departement(provider: IdentityProvider, id_token: str) -> str:
    """Where the session there ends too: on a shared computer, one button leaves both."""
    try:
        return departements.leave_url(
            provider,
            id_token=id_token,
            state=secrets.token_urlsafe(24),
            back=portal_address(reverse("portal:signed-out")),
        )
    except ProviderSilent:
        return ""


def leave_next(request: HttpRequest, url: str) -> None:
    """Where the next page leads: browsers hold the forms of ours to our own host."""
    request.session[_LEAVE_URL] = url


def next_to_leave(request: HttpRequest) -> str:
    """The page that `leave_next` named, once."""
    return str(request.session.pop(_LEAVE_URL, ""))


def callback_url() -> str:
    """Where FranceConnect leads back to, as it was registered."""
    return portal_address(reverse("portal:franceconnect-return"))


def departement_return_url() -> str:
    """Where the other départements lead back to."""
    return portal_address(reverse("portal:departement-return"))


def acs_url() -> str:
    """Where EduConnect posts its answers (Assertion Consumer Service)."""
    return portal_address(reverse("portal:educonnect-answer"))


def origins(providers: Mapping[str, IdentityProvider]) -> str:
    """The hosts that a form of the sign-in page may lead to, as a policy writes them."""
    urls = [
        franceconnect.settings_of(one).authorize_url
        if one.kind == ProviderKind.FRANCECONNECT
        else educonnect.settings_of(one).sso_url
        for one in providers.values()
    ]
    parts = [urlsplit(url) for url in urls]
    return " ".join(sorted({f"{part.scheme}://{part.netloc}" for part in parts}))
