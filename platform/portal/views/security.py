"""The security of one's account: factors, password, sessions and sign-ins."""

from __future__ import annotations

import uuid

from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from commons.actors import Actor
from commons.errors import DomainError
from portal.doors import family_page, refuse, show
from portal.security_forms import NewPasswordForm
from tenants.accounts import operations, queries, sign_ins
from ui import attempts, errors, visitors
from ui.requests import SignedInRequest


@family_page(pupils=True)
def security(request: SignedInRequest) -> HttpResponse:
    """What protects the account, and where it is open."""
    user = request.user
    context = {
        "own": queries.factors_of(user),
        "must_have_factor": user.must_have_factor(),
        "awaits_factor": user.awaits_factor(),
        "sessions": queries.sessions_of(user, at=timezone.now()),
        "here": queries.session_of_key(request.session.session_key),
    }
    return show(request, "portal/security/security.html", context)


@family_page(pupils=True)
def history(request: SignedInRequest) -> HttpResponse:
    """The sign-ins of the last twelve months, those that failed too."""
    context = {"sign_ins": queries.sign_ins_of(request.user)}
    return show(request, "portal/security/sign_ins.html", context)


@family_page("POST", pupils=True)
def end_session(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close one session; if it is this one, sign out."""
    user, at = request.user, timezone.now()
    here = queries.session_of_key(request.session.session_key)
    sign_ins.end_session(user=user, public_id=public_id, actor=Actor.user(user), at=at)
    if here is not None and here.public_id == public_id:
        auth.logout(request)
        return redirect("portal:sign-in")
    messages.success(request, _("Cet appareil est déconnecté."))
    return redirect("portal:security")


@family_page("POST", pupils=True)
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    user = request.user
    sign_ins.end_sessions(user=user, actor=Actor.user(user), at=timezone.now())
    auth.logout(request)
    messages.success(request, _("Tous vos appareils sont déconnectés."))
    return redirect("portal:sign-in")


@sensitive_post_parameters("current", "new")
@family_page("GET", "HEAD", "POST", pupils=True)
def password(request: SignedInRequest) -> HttpResponse:
    """Change the password: the other sessions end."""
    user = request.user
    form, status = NewPasswordForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        name, place = str(user), visitors.place_of(request)
        if form.is_valid() and attempts.is_blocked(name, place):
            status = 429
            form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
        elif form.is_valid():
            here = queries.session_of_key(request.session.session_key)
            try:
                operations.change_password(
                    user=user,
                    current=form.cleaned_data["current"],
                    new=form.cleaned_data["new"],
                    here=here.public_id if here else None,
                    actor=Actor.user(user),
                    at=timezone.now(),
                )
            except operations.WrongPassword as error:
                attempts.record_failure(name, place)
                refuse(form, error)
            except DomainError as error:
                refuse(form, error)
            else:
                auth.update_session_auth_hash(request, user)  # this one goes on, by another key
                messages.success(
                    request,
                    _("Votre mot de passe est changé. Vos autres appareils sont déconnectés."),
                )
                return redirect("portal:security")
    context = {"form": form, "has_password": user.has_usable_password()}
    return show(request, "portal/security/password.html", context, status=status)
