"""What every task page gives its template, and who may open it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from console.sites import console_site
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

View = Callable[..., HttpResponse]


def page_context(request: SignedInRequest, *, title: object, **more: Any) -> dict[str, Any]:
    """The frame of a page: the site's, its title, and what the page adds."""
    return {**console_site.each_context(request), "title": title, **more}


def requires(*capabilities: Capability) -> Callable[[View], View]:
    """Open a page to agents who have one of these capabilities."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not any(request.user.can(capability) for capability in capabilities):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
