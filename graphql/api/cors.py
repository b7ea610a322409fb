"""Pages of other origins, which call this door from a browser (Fetch, « CORS protocol »).

Only origins that the département admitted, each exactly, and never with a session: no answer says
`Access-Control-Allow-Credentials`, so that a page reads what its token opens and nothing of the family
that is signed in beside it. Whatever this says, every rule of the door still holds.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from tenants.integrators import queries

METHODS = "GET, POST"
HEADERS = "Authorization, Content-Type"
EXPOSED = "Retry-After, WWW-Authenticate"
KEPT_SECONDS = 600  # a browser asks again after that, so that a withdrawal is felt


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks what a page may do, before it does it."""
    return (
        request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )


def preflight(request: HttpRequest) -> HttpResponse:
    """What a page of this origin may send; nothing is said to the others."""
    response = HttpResponse(status=204)
    if _is_allowed(request):
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = str(KEPT_SECONDS)
    return marked(request, response)


def marked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer that says whether the page that asked may read it."""
    patch_vary_headers(response, ["Origin"])
    if _is_allowed(request):
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def _is_allowed(request: HttpRequest) -> bool:
    origin = request.META.get("HTTP_ORIGIN", "")
    return bool(origin) and queries.is_allowed(origin)
