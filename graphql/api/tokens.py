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

from tenants.integrators.oauth import TokenServer, metadata

logger = logging.getLogger(__name__)
ISSUER_PATH = "/oauth"


def _address(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)


@sensitive_variables()
@never_cache
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a machine that proves itself a token for this département's API."""
    server = TokenServer(
        issuer=_address(request, ISSUER_PATH),
        endpoint=_address(request, reverse("machine-token")),
        resource=_address(request, reverse("graphql")),
        at=timezone.now(),
    )
    response: HttpResponse = server.create_token_response(request)
    if response.status_code != 200:
        logger.info("machine token refused", extra={"status": response.status_code})
    return response


@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """What a client reads first."""
    found = metadata(
        issuer=_address(request, ISSUER_PATH),
        endpoint=_address(request, reverse("machine-token")),
    )
    response = JsonResponse(found)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
