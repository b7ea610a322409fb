"""What every family page does around its own work: method, sign-in, refusals, and whom to ask.

Absent and forbidden objects are the same 404. A form shows the other refusals itself
(`refuse`), in the words of `ui.errors`. Each page names a place with a person (`show`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from commons.errors import Forbidden, NotFound, RetryLater
from portal import errors
from portal.screens.places import Place, of_user
from tenants.activation.queries import pupil_of
from ui.forms import refuse as refuse
from ui.requests import SignedInRequest

View = Callable[..., HttpResponse]


def family_page(*methods: str, pupils: bool = False) -> Callable[[View], View]:
    """Require a method (GET and HEAD by default) and a signed-in person.

    A pupil's own account is turned away (403) unless the page says that it is for `pupils` too: prices,
    bills, requests and what a household says of itself are their parents'.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not pupils and pupil_of(request.user) is not None:
                raise PermissionDenied
            return answered(request, functools.partial(view, request, *args, **kwargs))

        allowed = list(methods) or ["GET", "HEAD"]
        return require_http_methods(allowed)(login_required(guarded))

    return decorate


def answered(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """What a page of somebody answers, its refusals as pages of errors; no cache keeps it."""
    try:
        response = page()
    except NotFound as error:
        raise Http404 from error
    except Forbidden as error:
        raise PermissionDenied from error
    except RetryLater:
        response = errors.too_many(request)
    add_never_cache_headers(response)
    return response


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    places: Sequence[Place] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page, with the places its help names: those of all one's children if not given."""
    if places is None and getattr(request, "in_partner_space", False):
        places = ()  # of a family, nothing here
    if places is None:
        user = request.user
        places = of_user(user, on=timezone.localdate()) if user.is_authenticated else ()
    return render(request, template, {**context, "places": places}, status=status)


def lead_to(response: HttpResponse, origin: str) -> HttpResponse:
    """Let the forms of a page send the person on to another host: browsers hold them to ours."""
    response.form_targets = origin  # type: ignore[attr-defined]
    return response
