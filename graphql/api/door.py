"""Where the API is reached. What serves pages alone, a command or a test, never builds its schema."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # `api.views` proves by itself that a request is not forged
def graphql_view(request: HttpRequest) -> HttpResponse:
    """The view of `api.views`; a web process imports that before its first request (`socle.wsgi`)."""
    from api import views  # noqa: PLC0415  a second of imports

    return views.graphql_view(request)
