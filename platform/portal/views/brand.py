"""The colours of a département, as a style sheet that browsers keep."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from ui import brand
from ui.requests import TenantRequest

KEPT_SECONDS = 24 * 3600


@require_safe
def stylesheet(request: TenantRequest) -> HttpResponse:
    """`/marque.css`: the same for everyone, its address carries the colours."""
    departement = request.tenant
    css = brand.stylesheet(departement.primary_color, departement.accent_color)
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
