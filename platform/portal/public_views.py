"""The public host: which département are you in?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.registry import directory
from tenants.registry.models import Departement


def _address(request: HttpRequest, departement: Departement) -> str:
    _host, separator, port = request.get_host().partition(":")
    return f"{request.scheme}://{departement.slug}.{settings.BASE_DOMAIN}{separator}{port}/"


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The list of départements."""
    context: dict[str, Any] = {
        "doors": [
            {"departement": departement, "url": _address(request, departement)}
            for departement in directory.active()
        ]
    }
    return render(request, "portal/public/landing.html", context)
