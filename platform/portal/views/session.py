"""Signing in and out. Whatever is wrong, the answer is the same: nobody learns who has an account."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal import attempts, visitors
from portal.forms import SignInForm
from ui import errors


def _destination(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    destination = _destination(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(destination or _landing(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            email, place = form.cleaned_data["email"], visitors.place_of(request)
            if attempts.is_blocked(email, place):
                status = 429
                form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
            else:
                user = auth.authenticate(
                    request, username=email, password=form.cleaned_data["password"]
                )
                if user is not None:
                    attempts.record_success(email, place)
                    auth.login(request, user)
                    return HttpResponseRedirect(destination or _landing(request))
                attempts.record_failure(email, place)
                form.add_error(None, errors.text("SIGN_IN_REFUSED", phone=errors.tenant_phone()))
    context = {"form": form, "next": destination}
    return render(request, "portal/pages/sign_in.html", context, status=status)


def _landing(request: HttpRequest) -> str:
    """Where a person lands: an agent in the console, a family at home."""
    return "/console/" if request.user.is_staff else reverse("portal:home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    messages.success(request, _("La déconnexion est faite. À bientôt."))
    return redirect("portal:sign-in")
