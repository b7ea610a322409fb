"""The one way into the portal and the console, whatever a person proved who they are with."""

from __future__ import annotations

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts.models import User

PASSWORD = "password"  # noqa: S105  the name of a way in
CODE = "code"  # on paper, with a birth date
LINK = "link"  # of an e-mail, to who forgot a password


def destination_of(request: HttpRequest) -> str:
    """The page of this host that was asked for before signing in; empty if there is none."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def landing(user: User) -> str:
    """Where a person lands: an agent in the console, a family at home."""
    return "/console/" if user.is_staff else reverse("portal:home")


def enter(request: HttpRequest, user: User, *, way: str, destination: str = "") -> HttpResponse:
    """
    Open the session of a person who has proved who they are, and lead them on.

    :param way: what they proved it with, for instance `PASSWORD`
    :param destination: a page of this host (`destination_of`); where they land if empty
    """
    auth.login(request, user, backend="tenants.accounts.backends.PasswordBackend")
    return HttpResponseRedirect(destination or landing(user))
