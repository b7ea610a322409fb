"""What every page of the observatory does around its own work: its refusals, and its frame."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commons.errors import NotFound

View = Callable[..., HttpResponse]


def open_page(view: View) -> View:
    """A page that everybody reads: what is absent is a 404."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return require_safe(guarded)


def show(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a page in the observatory's frame."""
    return render(request, f"observatory/{template}.html", dict(context), status=status)
