"""What every page of the partners does around its own work: who comes, for whom, and the refusals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from federation.passplus import till_access
from portal.doors import answered
from portal.partners import spaces
from portal.partners.navigation import doors_of
from tenants.accounts.middleware import user_in_space

View = Callable[..., HttpResponse]


def partner_page(
    *methods: str, manager: bool = False, of_many: bool = False
) -> Callable[[View], View]:
    """Require a method (GET and HEAD by default) and a member of a partner in this space.

    :param manager: turn away (403) who does not manage the partner
    :param of_many: also for who has not chosen among their partners yet
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(
            request: spaces.PartnerRequest, *args: object, **kwargs: object
        ) -> HttpResponse:
            user = user_in_space(request, spaces.SPACE)
            if user is None:
                return _to_sign_in(request)
            request.partner_user = user
            member = spaces.chosen_member(request, user)
            if member is None and not of_many:
                return redirect("portal:partner-choose")
            if member is not None:
                request.member = member
            if manager and not (member and member.is_manager):
                raise PermissionDenied
            return answered(request, functools.partial(view, request, *args, **kwargs))

        return require_http_methods(list(methods) or ["GET", "HEAD"])(guarded)

    return decorate


def show(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the space, with its frame: the partner, the person, where one can go."""
    member = getattr(request, "member", None)
    user = getattr(request, "partner_user", None)
    frame = {
        "member": member,
        "has_several": user is not None and len(till_access.memberships(user)) > 1,
        "partner": member.partner if member else None,
        "partner_user": user,
        "doors": doors_of(member, request.path) if member else (),
    }
    return render(
        request, f"portal/partners/{name}.html", {**frame, **(context or {})}, status=status
    )


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    path = (
        request.get_full_path()
        if request.method in ("GET", "HEAD")
        else reverse("portal:partner-home")
    )
    return HttpResponseRedirect(f"{reverse('portal:partner-sign-in')}?{urlencode({'next': path})}")
