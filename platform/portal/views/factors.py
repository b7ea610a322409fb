"""Setting second factors up and taking them away.

Two kinds of people come here: somebody who is signed in and has proved it lately, and somebody whose
role needs a factor, who has none, and whose session waits for one (`signing_in.HalfOpen`). Who waits
and *has* a factor is never let in: setting up another would go round the one they have.
"""

from __future__ import annotations

import dataclasses
import functools
import uuid
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from commons.actors import Actor
from commons.errors import DomainError
from portal import proving, signing_in
from portal.doors import family_page, refuse
from portal.passkey_requests import PasskeyRequest
from portal.security_forms import PasskeyNameForm, SetUpForm
from tenants.accounts import factors, passkeys, totp
from tenants.accounts.models import User
from ui import qr
from ui.errors import explain
from ui.proving import secret_being_set_up
from ui.requests import SignedInRequest, TenantRequest

_SET_UP = "authenticator-set-up"
_PURPOSE = "accounts.authenticator.set-up"


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """Whose factor is set up, and the session that waits for it if there is one."""

    user: User
    waiting: signing_in.HalfOpen | None

    @property
    def actor(self) -> Actor:
        return Actor.user(self.user)


View = Callable[..., HttpResponse]


def set_up_page(view: View) -> View:
    """Let in the two kinds of people who may set a factor up."""

    @functools.wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if not proving.is_recent(request, request.user):
                return proving.ask_again(request, to=request.path)
            return view(request, Owner(request.user, None))
        waiting = signing_in.half_open(request)
        if waiting is None:
            return redirect("portal:sign-in")
        if factors.has_factor(waiting.user):
            return redirect("portal:second-step")
        return view(request, Owner(waiting.user, waiting))

    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(guarded))


@set_up_page
def protect(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Why a second factor is needed, and which there are."""
    if owner.waiting is None and not owner.user.awaits_factor():
        return redirect("portal:security")
    return render(request, "portal/security/protect.html", {"owner": owner})


@sensitive_post_parameters("code")
@set_up_page
def authenticator(request: TenantRequest, owner: Owner) -> HttpResponse:
    """Show a new secret to the application, and take the code it gives."""
    secret = secret_being_set_up(request, owner.user, kept_in=_SET_UP, purpose=_PURPOSE)
    form, status = SetUpForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                codes = factors.set_authenticator(
                    user=owner.user,
                    secret=secret,
                    written=form.cleaned_data["code"],
                    actor=owner.actor,
                    at=timezone.now(),
                )
            except factors.FactorRefused as error:
                form.add_error("code", str(explain(error)))
            else:
                request.session.pop(_SET_UP, None)
                messages.success(request, _("Votre application de codes est prête."))
                return _set_up(request, owner, codes)
    context = {
        "form": form,
        "owner": owner,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": qr.drawn(
            totp.address(secret, account=str(owner.user), issuer=request.tenant.name)
        ),
    }
    return render(request, "portal/security/authenticator.html", context, status=status)


@set_up_page
def passkey(request: TenantRequest, owner: Owner) -> HttpResponse:
    """Have the browser make a key."""
    asked = PasskeyRequest(request)
    form, status = PasskeyNameForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        challenge = asked.take_challenge(owner.user)
        if form.is_valid():
            try:
                codes = passkeys.add_passkey(
                    user=owner.user,
                    name=form.cleaned_data["name"],
                    credential=request.POST.get("credential", ""),
                    site=asked.site,
                    challenge=challenge,
                    actor=owner.actor,
                    at=timezone.now(),
                )
            except DomainError as error:
                refuse(form, error)
            else:
                messages.success(request, _("Votre clé d'accès est prête."))
                return _set_up(request, owner, codes)
    options = passkeys.creation_options(
        user=owner.user,
        site=asked.site,
        name=request.tenant.name,
        challenge=asked.challenge(owner.user),
    )
    context = {"form": form, "owner": owner, "passkey_options": options}
    return render(request, "portal/security/passkey.html", context, status=status)


def _set_up(request: HttpRequest, owner: Owner, codes: list[str]) -> HttpResponse:
    """The session is opened if it waited for this; then the recovery codes are shown, once."""
    to = ""
    response: HttpResponse | None = None
    if owner.waiting is not None:
        response = signing_in.open_session(
            request,
            owner.user,
            way=owner.waiting.way,
            destination=owner.waiting.destination,
            by_factor=True,
            vouched_at=owner.waiting.vouched_at,
            space=owner.waiting.space,
        )
        to = response.headers["Location"]
    else:
        signing_in.record_factor(cast("SignedInRequest", request))
    if not codes:
        return response or redirect("portal:security")
    page = _codes_page(request, codes, to=to)
    if response is not None:
        page.cookies.update(response.cookies)
    return page


def _codes_page(request: HttpRequest, codes: list[str], *, to: str = "") -> HttpResponse:
    """The only page that ever shows recovery codes: they are kept hashed."""
    context = {"codes": codes, "to": to}
    return render(request, "portal/security/recovery_codes.html", context)


@family_page("POST", pupils=True)
@proving.recently_proved
def remove_authenticator(request: SignedInRequest) -> HttpResponse:
    """Take the application away."""
    return _try(
        request,
        functools.partial(factors.remove_authenticator, user=request.user),
        said=_("Votre application de codes est retirée."),
    )


@family_page("POST", pupils=True)
@proving.recently_proved
def remove_passkey(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a key away."""
    return _try(
        request,
        functools.partial(passkeys.remove_passkey, user=request.user, public_id=public_id),
        said=_("Cette clé d'accès est retirée."),
    )


def _try(request: SignedInRequest, act: Callable[..., None], *, said: str) -> HttpResponse:
    try:
        act(actor=Actor.user(request.user), at=timezone.now())
    except factors.FactorNeeded as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, said)
    return redirect("portal:security")


@family_page("POST", pupils=True)
@proving.recently_proved
def recovery_codes(request: SignedInRequest) -> HttpResponse:
    """Ten new codes in place of the others."""
    if not factors.has_factor(request.user):
        return redirect("portal:security")
    codes = factors.renew_recovery_codes(
        user=request.user, actor=Actor.user(request.user), at=timezone.now()
    )
    return _codes_page(request, codes)
