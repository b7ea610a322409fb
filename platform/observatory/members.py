"""Who reads: a member of the working group, in a session that proved their second factor; or anybody.

A session opened in a département is in its own schema, on its own host: here it is nobody's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from commons.errors import NotFound
from federation.workgroup.access import member_of
from federation.workgroup.models import Member, Role
from tenants.accounts import sessions
from tenants.accounts.models import User

View = Callable[..., HttpResponse]


class MemberRequest(HttpRequest):
    """From a member of the group, for the type checker."""

    member: Member


def reader(request: HttpRequest) -> Member | None:
    """The member who asks; asked of the database once, and not at all without a session."""
    if not hasattr(request, "_member"):
        request._member = _member(request)  # type: ignore[attr-defined]  # noqa: SLF001  ours
    found: Member | None = request._member  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def _member(request: HttpRequest) -> Member | None:
    if not sessions.facts_of(request.session).factor_at:
        return None
    user = request.user
    return member_of(user) if isinstance(user, User) or user.is_authenticated else None


def members_page(*methods: str, editors: bool = False) -> Callable[[View], View]:
    """Require a method (GET and HEAD by default) and a member; others sign in. No cache keeps it.

    With `editors`, a member who is none is told that there is no such page.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponse:
            member = reader(request)
            if member is None:
                query = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{reverse('observatory:sign-in')}?{query}")
            if editors and member.role != Role.EDITOR:
                raise Http404
            request.member = member
            try:
                response = view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            add_never_cache_headers(response)
            return response

        return require_http_methods(list(methods) or ["GET", "HEAD"])(guarded)

    return decorate
