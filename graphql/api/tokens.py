"""Where machines ask for a token, and where they learn how. What is said is `tenants.integrators.oauth`'s.

No page of another origin may ask here: what proves a machine has no place in a browser.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from tenants.integrators import oauth
from ui.throttle import digest_of
from ui.visitors import place_of

logger = logging.getLogger(__name__)
ISSUER_PATH = "/oauth"


def _addresses(request: HttpRequest) -> oauth.Addresses:
    whole = request.build_absolute_uri
    return oauth.Addresses(
        issuer=whole(ISSUER_PATH),
        token=whole(reverse("machine-token")),
        revocation=whole(reverse("machine-revocation")),
        introspection=whole(reverse("machine-introspection")),
    )


def _answered(request: HttpRequest, asked: str) -> HttpResponse:
    server = oauth.TokenServer(
        addresses=_addresses(request),
        resource=request.build_absolute_uri(reverse("graphql")),
        at=timezone.now(),
    )
    response: HttpResponse = server.answered(asked, request, place=digest_of(place_of(request)))
    if response.status_code != 200:
        told = {"status": response.status_code, "asked": asked}
        logger.info("machine token refused", extra=told)
    return response


@sensitive_variables()
@never_cache
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a machine that proves itself a token for this département's API."""
    return _answered(request, oauth.TOKEN)


@sensitive_variables()
@never_cache
@csrf_exempt
@require_POST
def revocation(request: HttpRequest) -> HttpResponse:
    """Take back a token that its machine gives back (RFC 7009)."""
    return _answered(request, oauth.REVOCATION)


@sensitive_variables()
@never_cache
@csrf_exempt
@require_POST
def introspection(request: HttpRequest) -> HttpResponse:
    """Tell a machine what one of its tokens is worth (RFC 7662)."""
    return _answered(request, oauth.INTROSPECTION)


@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """What a client reads first."""
    response = JsonResponse(oauth.metadata(_addresses(request)))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
