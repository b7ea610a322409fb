"""The tenant's colours, as a style sheet that browsers keep."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from console import colours
from ui.requests import TenantRequest

KEPT_SECONDS = 24 * 3600


@require_safe
def stylesheet(request: TenantRequest) -> HttpResponse:
    """`/console/couleurs.css`: its address carries the colours, so it may be kept."""
    css = colours.stylesheet(request.tenant)
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    patch_cache_control(response, private=True, max_age=KEPT_SECONDS)
    return response
