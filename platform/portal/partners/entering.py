"""Into the space of partners: by a password, or by the link of an invitation; and for which partner."""

from __future__ import annotations

import uuid

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commons.errors import DomainError
from federation.passplus import members, operations, till_access
from federation.passplus.models import PartnerInvitation
from portal import signing_in
from portal.doors import refuse
from portal.forms import SignInForm
from portal.partners import spaces
from portal.partners.doors import partner_page, show
from portal.partners.forms import JoinForm
from portal.password_door import prove_password
from tenants.accounts import queries
from tenants.accounts.middleware import user_in_space
from tenants.accounts.operations import EmailTaken
from ui import errors, wording

_INVITATION = "partner-invitation"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page of partners. Who works for none learns it once their password is right."""
    destination = signing_in.destination_of(request)
    if user_in_space(request, spaces.SPACE) is not None:
        return HttpResponseRedirect(destination or reverse("portal:partner-home"))
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST":
        user, status = prove_password(request, form)
        if user is not None:
            joined = _join_if_invited(request, user)
            if till_access.memberships(user):
                return signing_in.enter(
                    request,
                    user,
                    way=signing_in.PASSWORD,
                    destination="" if joined else destination,
                    space=spaces.SPACE,
                )
            status = 422
            form.add_error(None, errors.text("PASSPLUS_NO_PARTNER", phone=errors.tenant_phone()))
    invitation = _waiting(request)
    context = {"form": form, "next": destination, "invitation": invitation}
    return show(request, "sign_in", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of the space. What a phone took without network stays on it."""
    auth.logout(request)
    messages.success(request, _("La déconnexion est faite. À bientôt."))
    return redirect("portal:partner-sign-in")


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the link of an invitation out of the address, and go on."""
    if members.invitation_of(token, at=timezone.now()) is not None:
        request.session[_INVITATION] = token
    return redirect("portal:partner-join")


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Who was invited opens an account, or is led to sign in to the one they have."""
    invitation = _waiting(request)
    if invitation is None:
        request.session.pop(_INVITATION, None)
        return show(request, "invitation_over", status=404)
    if queries.user_with_name(invitation.email) is not None:
        return redirect("portal:partner-sign-in")
    form, status = JoinForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                member = operations.join_as_new(
                    token=request.session[_INVITATION],
                    first_name=given["first_name"],
                    last_name=given["last_name"],
                    password=given["password"],
                    at=timezone.now(),
                )
            except EmailTaken:
                return redirect("portal:partner-sign-in")
            except DomainError as error:
                refuse(form, error)
            else:
                request.session.pop(_INVITATION, None)
                response = signing_in.enter(
                    request, member.user, way=signing_in.PASSWORD, space=spaces.SPACE
                )
                said = _("Bienvenue ! Votre compte est ouvert.")
                messages.success(request, wording.typographic(said))
                return response
    return show(request, "join", {"form": form, "invitation": invitation}, status=status)


@partner_page("GET", "HEAD", "POST", of_many=True)
def choose(request: spaces.PartnerRequest) -> HttpResponse:
    """For which partner one works now; who works for none any more is told so."""
    own = till_access.memberships(request.partner_user)
    if request.method == "POST":
        member = till_access.access_membership(
            request.partner_user, _identifier(request.POST.get("member", ""))
        )
        spaces.choose_member(request, member)
        return redirect("portal:partner-home")
    return show(request, "choose", {"own": own}, status=200 if own else 403)


def _identifier(written: str) -> uuid.UUID:
    """An identifier as a form sent it; one that nobody has when it is none."""
    try:
        return uuid.UUID(written)
    except ValueError:
        return uuid.UUID(int=0)


def _waiting(request: HttpRequest) -> PartnerInvitation | None:
    """The invitation whose link was followed in this session, while it works."""
    token = request.session.get(_INVITATION, "")
    return members.invitation_of(token, at=timezone.now()) if token else None


def _join_if_invited(request: HttpRequest, user: object) -> bool:
    """Let in who followed a link, then signed in to the account of its address."""
    token = request.session.pop(_INVITATION, "")
    if not token:
        return False
    try:
        operations.join(token=token, user=user, at=timezone.now())  # type: ignore[arg-type]
    except DomainError:
        return False
    return True
